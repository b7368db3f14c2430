select e.org, e.call, e.id, e.at, e.clock_offset_ms, e.fact, c.external_id,
  count(*) over (partition by e.org, e.call, e.id) > 1 as contradicted
from events e join calls c on c.org = e.org and c.id = e.call
where (e.org, e.call) in (select * from unnest($1::int[], $2::bigint[]))
