-- "Write again": a parked row is tried, one left out when the org went live is written after all, a deleted one is created anew under its name, by a person's word (W2). What was last seen and
-- what was a person's stay known: somebody may have taken the record out of the recycle bin meanwhile. What the org refused is tried once more.
update writes set state = 'due', lane = 'now', since = cb_now(), due = cb_now(), left_out = false, attempts = 0, setbacks = 0, trouble = null, refused = '{}',
  crm_id = case when state = 'deleted' then null else crm_id end,
  retracted = case when left_out then null else retracted end
where org = $1 and (state in ('parked', 'deleted') or left_out or state = 'written' and refused <> '{}') and (call, role, qualifier) in (
  select w.call, w.role, w.qualifier from writes w where w.org = $1 and w.call = $2
  union all
  -- what was made for its number
  select 0, 'person', c.number_key || '/' || c.person_generation from calls c where c.org = $1 and c.id = $2 and c.wants_person and c.number_key is not null)
