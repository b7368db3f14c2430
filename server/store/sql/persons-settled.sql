-- Which of these the calls that want them no longer wait for. Looked at under the number's lock, after their wish is stored.
select p.org, p.number_key from unnest($1::int[], $2::text[]) as x(org, name) join persons p on p.org = x.org and p.name = x.name
join writes w on w.org = p.org and w.name = p.name where w.state in ('written', 'parked', 'deleted', 'dropped')
