-- "Write again": a parked row is tried, one left out when the org went live is written after all, a deleted one is created anew under its name, by a person's word (W2). What was last seen and
-- what was a person's stay known: somebody may have taken the record out of the recycle bin meanwhile. What the org refused is tried once more, but for the defaults that a record was given.
-- What is changed in a lead is tried only if it was parked, too: the lead it was meant for is gone, or in the org that was connected before.
-- A record made for a number is tried only if it was parked: once made it is never changed, and one that was deleted comes back by the next call alone, if the policy says so (P2).
update writes w set state = 'due', lane = 'now', since = cb_now(), due = cb_now(), left_out = false, attempts = 0, setbacks = 0, trouble = null,
  refused = case when w.role = 'person' and w.crm_id is not null then w.refused when w.crm_id is null or w.state = 'deleted' then '{}' else w.refused - x.again end,
  crm_id = case when w.state = 'deleted' then null else w.crm_id end,
  retracted = case when w.left_out then null else w.retracted end
from (
  select r.org, r.call, r.role, r.qualifier,
    array(select key from jsonb_each(r.refused) where value->'value' <> 'null' or not value ? 'instead') as again
  from writes r where r.org = $1 and (r.call = $2 or (r.call, r.role, r.qualifier) in (
    select 0, 'person', c.number_key || '/' || c.person_generation from calls c where c.org = $1 and c.id = $2 and c.wants_person and c.number_key is not null))
) x
where w.org = x.org and w.call = x.call and w.role = x.role and w.qualifier = x.qualifier
  and (w.state = 'parked' or w.role not in ('person', 'attribution', 'reopening') and (w.state = 'deleted' or w.left_out or w.state = 'written' and x.again <> '{}'))
