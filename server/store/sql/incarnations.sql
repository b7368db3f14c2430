-- The lives of each id, the oldest first, and when each is known to have ended (C4).
select c.org, c.connection, c.external_id, c.incarnation, extract(epoch from c.ended_at) * 1000 as ended_at_ms
from unnest($1::int[], $2::text[], $3::text[]) as x(org, connection, external_id)
join calls c on c.org = x.org and c.connection = x.connection and c.external_id = x.external_id
order by c.org, c.connection, c.external_id, c.incarnation
