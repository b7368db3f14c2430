-- "Write again": a parked row is tried, one left out when the org went live is written after all, a deleted one is created anew under its name, by a person's word (W2). What was last seen and
-- what was a person's stay known: somebody may have taken the record out of the recycle bin meanwhile.
update writes set state = 'due', lane = 'now', since = cb_now(), due = cb_now(), left_out = false, attempts = 0, setbacks = 0, trouble = null,
  crm_id = case when state = 'deleted' then null else crm_id end,
  retracted = case when left_out then null else retracted end
where org = $1 and (call = $2 or call = 0 and qualifier in (
    select p.number_key || '/' || p.generation from calls c join persons p on p.org = c.org and p.number_key = c.number_key where c.org = $1 and c.id = $2 and c.wants_person))
  and (state in ('parked', 'deleted') or left_out)
