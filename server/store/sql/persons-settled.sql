-- How the records stand that these calls want. Looked at under the number's lock, after their wish is stored: one that isn't on its way any more
-- is news to whoever saw it otherwise.
select p.org, p.name, w.state from unnest($1::int[], $2::text[]) as x(org, name) join persons p on p.org = x.org and p.name = x.name
join writes w on w.org = p.org and w.name = p.name where w.state in ('written', 'parked', 'deleted', 'dropped')
