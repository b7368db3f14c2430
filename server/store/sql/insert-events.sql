-- Hearing it again changes nothing: the id and the content are the key (C5).
insert into events (org, call, id, content_hash, type, at, clock_offset_ms, fact, delivery)
select * from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::int[], $8::jsonb[], $9::bigint[])
on conflict do nothing
returning delivery
