-- The newest record made for each number, and what it goes on as: a converted lead as its contact, a merged record as the other. Two steps:
-- what was merged may have been converted before.
select k.org, k.key, p.kind, p.generation, w.state, w.crm_id as "crmId", w.trouble->>'message' as because, w.wanted->>'name' as name, t.id, t.kind as "recordKind",
  t.name as "recordName", t.contact_id as "contactId", t.state as "recordState"
from unnest($1::int[], $2::text[]) as k(org, key)
cross join lateral (select * from persons where org = k.org and number_key = k.key order by generation desc limit 1) p
join writes w on w.org = p.org and w.name = p.name
left join book_records a on a.org = p.org and a.id = w.crm_id
left join book_records b on b.org = p.org and b.id = a.into_id
left join book_records c on c.org = p.org and c.id = b.into_id
left join book_records t on t.org = p.org and t.id = coalesce(c.id, b.id, a.id)
