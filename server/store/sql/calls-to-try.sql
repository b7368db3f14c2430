-- Calls as claim-calls gives them, without claiming them. `talk`: the first talk with the number after the call, whether or not the policy in
-- force asked for it (D4). `made_before`: a call before this time wanted a record made for the number (P1).
select c.org, c.id, c.connection, n.source, c.external_id, c.incarnation, c.version, c.pinned, c.wants_person, c.person_generation,
  extract(epoch from c.heard_at) * 1000 as heard_at_ms, extract(epoch from c.started_at) * 1000 as started_at_ms, c.trouble, t.talk,
  c.number_key is not null and exists (
    select 1 from calls p where p.org = c.org and p.number_key = c.number_key and p.wants_person and p.started_at < to_timestamp($3::float8 / 1000)
  ) as made_before
from calls c join connections n on n.org = c.org and n.connection = c.connection
left join lateral (
  select jsonb_strip_nulls(jsonb_build_object('by', b.external_id, 'direction', b.told -> 'direction', 'agent', b.told -> 'answeredBy',
    'at', extract(epoch from b.talked_at) * 1000)) as talk
  from calls b where b.org = c.org and b.number_key = c.number_key and b.talked_at >= c.ended_at and b.id <> c.id
  order by b.talked_at, b.id limit 1
) t on true
where c.org = $1 and c.id = any($2::bigint[])
