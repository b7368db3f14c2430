-- A wish, merged into what is under way. A row being sent keeps its state and finds the newer wish when it settles;
-- a deleted one stays deleted (W2); a parked one gets another chance, since something about it is new.
insert into writes (org, call, role, qualifier, name, wanted, wanted_version, policy_version, retracted, only_untouched, state, lane, due)
select x.org, x.call, x.role, x.qualifier, x.name, x.wanted, x.wanted_version, x.policy_version, x.retracted, x.only_untouched,
  case x.change when 'drop' then 'dropped' else 'due' end, x.lane, cb_now() + x.delay_ms * interval '1 millisecond'
from jsonb_to_recordset($1) as x(org int, call bigint, role text, qualifier text, name text, wanted jsonb, wanted_version int,
  policy_version int, retracted text, only_untouched boolean, change text, lane text, delay_ms float8)
order by x.org, x.call, x.role, x.qualifier
on conflict (org, call, role, qualifier) do update set
  wanted = excluded.wanted, wanted_version = excluded.wanted_version, policy_version = excluded.policy_version, retracted = excluded.retracted,
  only_untouched = excluded.only_untouched,
  state = case
    when excluded.state = 'dropped' then 'dropped'
    when writes.state in ('written', 'parked', 'dropped') then 'due'
    else writes.state end,
  since = case when writes.state in ('written', 'parked', 'dropped') then cb_now() else writes.since end,
  due = case
    when writes.state in ('written', 'parked', 'dropped') then excluded.due
    when writes.state = 'due' then least(writes.due, excluded.due)
    else writes.due end,
  lane = case when writes.state in ('due', 'sending', 'uncertain') and writes.lane = 'now' then 'now' else excluded.lane end,
  attempts = case when writes.state = 'parked' then 0 else writes.attempts end,
  setbacks = case when writes.state = 'parked' then 0 else writes.setbacks end,
  trouble = case when writes.state = 'parked' then null else writes.trouble end
