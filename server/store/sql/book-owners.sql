-- Whose these records are, and whether they are still there.
select x.org, x.id, r.owner_id as "ownerId", coalesce(r.state, 'unknown') as state from unnest($1::int[], $2::text[]) as x(org, id)
left join book_records r on r.org = x.org and r.id = x.id
