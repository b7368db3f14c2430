-- D4: which open calls the talks of these calls close, and which talk closes these calls, earliest first; told to each as a fact
-- by its own clock. Hearing of the same talk again changes nothing.
with told as (
  select c.org, c.id, c.number_key, c.talked_at, c.ended_at, c.open_until
  from unnest($1::int[], $2::bigint[]) as x(org, id) join calls c on c.org = x.org and c.id = x.id
), pairs as (
  select a.org, a.id as call, t.id as talk
  from told t join calls a on a.org = t.org and a.number_key = t.number_key and a.open_until > t.talked_at and a.ended_at <= t.talked_at
  where t.talked_at is not null
  union
  select t.org, t.id, b.id
  from told t cross join lateral (
    select c.id from calls c
    where c.org = t.org and c.number_key = t.number_key and c.talked_at >= t.ended_at and c.talked_at < t.open_until
    order by c.talked_at, c.id limit 1
  ) b
  where t.open_until is not null
), facts as (
  select p.org, p.call,
    'cordboard:called-back:' || b.connection || ':' || b.incarnation || ':' || round(extract(epoch from b.talked_at) * 1000) || ':' || b.external_id as id,
    round(extract(epoch from b.talked_at) * 1000) - o.ms as at, o.ms as clock_offset_ms,
    jsonb_strip_nulls(jsonb_build_object('type', 'called-back', 'by', b.external_id, 'direction', b.told->'direction', 'agent', b.told->'answeredBy')) as fact
  from pairs p
  join calls a on a.org = p.org and a.id = p.call
  join calls b on b.org = p.org and b.id = p.talk
  cross join lateral (select coalesce((a.pinned->>'clockOffsetMs')::int, 0) as said) s
  cross join lateral (select case when abs(s.said) >= 2000 then s.said else 0 end as ms) o -- as its times were corrected (C6)
), inserted as (
  insert into events (org, call, id, content_hash, type, at, clock_offset_ms, fact, delivery)
  select org, call, id, 'called-back', 'called-back', at, clock_offset_ms, fact, 0 from facts order by org, call, id
  on conflict do nothing
  returning org, call, id
)
select f.org, f.call, f.id, i.id is not null as inserted
from facts f left join inserted i on i.org = f.org and i.call = f.call and i.id = f.id
