-- What a former holder had under way: a version that was sent may still land; anything else simply goes again (W4). The
-- requests it never heard of again are told in the story, without an answer.
with under_way as (
  select * from writes where org = $1 and state = 'sending' and exists (select 1 from lanes where org = $1 and epoch = $2)
  order by org, call, role, qualifier for update
), told as (
  insert into attempts (org, call, role, qualifier, epoch, kind, sent, answer)
  select u.org, u.call, u.role, u.qualifier, $2 - 1, case when u.crm_id is null then 'create' else 'change' end, ghost->'sent', '{"unanswered": "the node that sent it is gone"}'
  from under_way u, jsonb_array_elements(u.ghosts) with ordinality as g(ghost, n) where n = jsonb_array_length(u.ghosts)
)
update writes w set state = case when u.ghosts = '[]' then 'due' else 'uncertain' end, due = cb_now()
from under_way u where w.org = u.org and w.call = u.call and w.role = u.role and w.qualifier = u.qualifier
