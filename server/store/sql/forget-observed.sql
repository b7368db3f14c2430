-- Going live without what was only observed: those wishes end here, explained, and stay ended when their calls are told again (W9).
-- A call that still goes on is one of the live ones.
update writes w set state = 'dropped', left_out = true, retracted = 'decided while the org was only observed; not written by the admin''s choice'
where org = $1 and state = 'due' and crm_id is null and ghosts = '[]'
  and exists (select 1 from calls c where c.org = w.org and c.id = w.call and c.ended_at is not null)
