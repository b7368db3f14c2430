-- The first to commit decides what is made for a number (P1). What was dropped and is wanted again is wanted as it is now.
with given as (
  select distinct on (x.org, x.number_key, x.generation) x.* from jsonb_to_recordset($1)
    as x(org int, call bigint, number_key text, generation int, name text, wanted jsonb, policy_version int) order by 1, x.number_key, x.generation, x.call
), made as (
  insert into persons (org, number_key, generation, kind, name, first_call)
  select org, number_key, generation, wanted->>'kind', name, call from given order by org, number_key, generation
  on conflict do nothing
), again as (
  update writes w set state = 'due', since = cb_now(), due = cb_now(), wanted = g.wanted, wanted_version = w.wanted_version + 1, policy_version = g.policy_version, retracted = null
  from given g where w.org = g.org and w.name = g.name and w.state = 'dropped'
), on_the_way as (
  update writes w set retracted = null from given g where w.org = g.org and w.name = g.name and w.state in ('due', 'sending', 'uncertain') and w.retracted is not null
)
insert into writes (org, call, role, qualifier, name, wanted, wanted_version, policy_version, state, lane, due)
select org, 0, 'person', number_key || '/' || generation, name, wanted, 1, policy_version, 'due', 'now', cb_now() from given order by org, name
on conflict do nothing
