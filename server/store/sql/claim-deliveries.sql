-- Oldest first, the time as text because a JavaScript Date has no microseconds; a row claimed by another node is passed over, a killed node's claims vanish with its connection.
select d.org, d.id, d.received_at::text as received_at, extract(epoch from d.received_at) * 1000 as received_at_ms, d.connection, c.source,
  d.delivery_id, d.payload_hash, d.headers, d.body
from deliveries d join connections c on c.org = d.org and c.connection = d.connection
where d.state = 'new' and ($2::bigint[] is null or d.id = any($2))
order by d.received_at, d.id
limit $1
for update of d skip locked
