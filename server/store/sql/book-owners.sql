-- Whose these records are, and whether they are still there. How many they are is hidden from the planner: see book-find.
select x.org, x.id, r.owner_id as "ownerId", coalesce(r.state, 'unknown') as state from unnest((select $1::int[]), (select $2::text[])) as x(org, id)
left join book_records r on r.org = x.org and r.id = x.id
