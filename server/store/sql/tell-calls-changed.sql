-- What the org answered changes how a call is explained; screens hear of it in the same order as of everything else (E4).
with changed as (
  select distinct c.id, jsonb_build_object('call', c.id::text, 'version', c.version) as body
  from calls c where c.org = $1 and c.id = any($2::bigint[])
), raised as (
  insert into stream_counters (org, recipient, last) select $1, 'admin', count(*) from changed
  on conflict (org, recipient) do update set last = stream_counters.last + excluded.last
  returning last
)
insert into stream (org, recipient, id, body)
select $1, 'admin', r.last - (select count(*) from changed) + row_number() over (order by c.id), c.body from changed c, raised r
