-- Going live without what was only observed: those wishes end here, explained, and stay ended when their calls are told again (W9).
-- A call that still goes on is one of the live ones. A record for a number is wanted by nobody but them, and by the next call from it.
with left_out as (
  update writes w set state = 'dropped', left_out = true, retracted = 'decided while the org was only observed; not written by the admin''s choice'
  where org = $1 and call <> 0 and state = 'due' and crm_id is null and ghosts = '[]'
    and exists (select 1 from calls c where c.org = w.org and c.id = w.call and c.ended_at is not null)
)
update writes w set state = 'dropped', due = null, retracted = 'wanted while the org was only observed; not made by the admin''s choice'
from persons p
where w.org = $1 and w.call = 0 and w.state = 'due' and w.crm_id is null and w.ghosts = '[]' and p.org = w.org and p.name = w.name
  and not exists (select 1 from calls c where c.org = p.org and c.number_key = p.number_key and c.wants_person and c.ended_at is null)
