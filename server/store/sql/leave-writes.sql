-- The records of these calls stay with the org that was connected before: what it holds is not changed any more, what was never sent is not
-- sent elsewhere, and both say so. A record of the same id can be in the new one, as in a sandbox made from it, so the id is forgotten. Only
-- "write again" writes one of them to the new org, and nobody of the former one is named by it then.
with parted as (
  select org, call, role, qualifier from writes where org = $1 and call > $2 and call <= $3 order by org, call, role, qualifier for update
)
update writes w set left_out = true, due = null, crm_id = null, sent = '{}', seen = '{}', human = '{}', refused = '{}', ghosts = '[]',
  attempts = 0, setbacks = 0, wanted = w.wanted - '{who,what,ownerId}'::text[],
  state = case when w.state = 'deleted' then 'deleted' when w.crm_id is not null or w.state = 'written' then 'written' else 'dropped' end,
  retracted = case when w.state = 'deleted' or w.crm_id is not null then w.retracted
    else coalesce(w.retracted, 'meant for the org that was connected before') end,
  trouble = case when w.state = 'deleted' then w.trouble
    when w.crm_id is not null or w.state = 'written' then '{"code": "LEFT_ALONE", "message": "in the org that was connected before"}' end
from parted p where w.org = p.org and w.call = p.call and w.role = p.role and w.qualifier = p.qualifier
