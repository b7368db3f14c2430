update connections c set last_heard_at = cb_now(), clock_offset_ms = x.offset_ms
from unnest($1::int[], $2::text[], $3::int[]) as x(org, connection, offset_ms)
where c.org = x.org and c.connection = x.connection
  and (c.last_heard_at is null or c.last_heard_at < cb_now() - interval '5 seconds' or c.clock_offset_ms <> x.offset_ms)
