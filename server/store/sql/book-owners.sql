-- Whose these records are, whether they are still there, and what each is or became. How many they are is hidden from the planner: see book-find.
select x.org, x.id, r.owner_id as "ownerId", coalesce(r.state, 'unknown') as state,
  t.id as "nowId", t.kind, t.name, t.owner_id as "nowOwnerId", t.contact_id as "contactId"
from unnest((select $1::int[]), (select $2::text[])) as x(org, id)
left join book_records r on r.org = x.org and r.id = x.id
left join book_records t on t.record = case when r.state = 'there' then r.record else book_end(r.org, r.id) end
