-- Facts of the call and of every part of it, each with the clock offset it was heard with.
with recursive family(call) as (
  select $2::bigint union select j.part from family f join joins j on j.org = $1 and j.into_call = f.call
)
select e.type, e.at, e.clock_offset_ms, e.fact, e.delivery, e.id, c.external_id, count(*) over (partition by e.call, e.id) > 1 as contradicted
from events e join calls c on c.org = e.org and c.id = e.call where e.org = $1 and e.call in (select call from family)
order by e.at, e.heard_at, e.id
