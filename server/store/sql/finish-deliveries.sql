update deliveries d set state = x.state, note = x.note
from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[]) as x(org, id, received_at, state, note)
where d.org = x.org and d.id = x.id and d.received_at = x.received_at
