-- What an agent saved, or chose by it, is a fact of the call, and the call is told anew. Its time is by the call's clock, as that of everything else heard of it (C6).
with locked as (
  select c.org, c.id, coalesce((c.pinned ->> 'clockOffsetMs')::int, n.clock_offset_ms) as said
  from calls c join connections n on n.org = c.org and n.connection = c.connection
  where c.org = $1 and c.id = $2 for update of c
), told as (
  insert into events (org, call, id, content_hash, type, at, clock_offset_ms, fact, delivery)
  select l.org, l.id, $3, $4::jsonb ->> 'type', $4::jsonb ->> 'type', round(extract(epoch from cb_now()) * 1000) - o.ms, o.ms, $4, 0
  from locked l cross join lateral (select case when abs(l.said) >= 2000 then l.said else 0 end as ms) o
  on conflict do nothing
  returning call
)
update calls c set due = least(c.due, cb_now()) from told where c.org = $1 and c.id = told.call
