-- Going live without what was only observed: those wishes end here, explained (W9).
update writes set state = 'dropped', retracted = 'decided while the org was only observed; not written by the admin''s choice'
where org = $1 and state = 'due' and crm_id is null and ghosts = '[]'
