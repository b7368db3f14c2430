-- Durable bytes, nothing else: no look-up, no uniqueness, so that a commit carries as many as have come (E1).
insert into deliveries (org, connection, delivery_id, payload_hash, headers, body, received_at)
select x.org, x.connection, x.delivery_id, x.payload_hash, x.headers, x.body, coalesce(to_timestamp(x.received_at_ms / 1000), cb_now())
from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[], $7::float8[])
  as x(org, connection, delivery_id, payload_hash, headers, body, received_at_ms)
