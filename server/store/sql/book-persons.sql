-- The records made for each number, the newest first, and what each goes on as (P2). `kept`: records of its kind are in the book, so that one that isn't
-- there is gone.
-- How many they are is hidden from the planner: see book-find.
select k.org, k.key, p.kind, p.generation, w.state, w.crm_id as "crmId", w.trouble->>'message' as because, w.wanted->>'name' as name,
  t.id, t.kind as "recordKind", t.name as "recordName", t.contact_id as "contactId", t.status,
  exists (select 1 from book_kinds b where b.org = p.org and b.kind = p.kind and b.filled_at is not null) as kept
from unnest((select $1::int[]), (select $2::text[])) as k(org, key)
cross join lateral (select * from persons where org = k.org and number_key = k.key order by generation desc limit 5) p
join writes w on w.org = p.org and w.name = p.name
left join book_records t on t.record = book_end(p.org, w.crm_id)
order by k.org, k.key, p.generation desc
