-- A call, if this agent has or had it: a phone of theirs rang, or they are one of its people. `is_on`: it went on when they opened what they save,
-- or goes on now.
select c.id, c.started_at <= x.at and coalesce(c.ended_at >= x.at, true) or c.started_at <= cb_now() and coalesce(c.ended_at >= cb_now(), true) as is_on
from calls c cross join lateral (select least(to_timestamp($4::float8 / 1000), cb_now()) as at) x
where c.org = $1 and c.id = $3 and (
  exists (select 1 from notices n where n.org = c.org and n.call = c.id and n.recipient = $2 and n.kind = 'call')
  or exists (select 1 from jsonb_each(case when jsonb_typeof(c.pinned -> 'people') = 'object' then c.pinned -> 'people' else '{}' end) p where p.value ->> 'crmUserId' = $2))
