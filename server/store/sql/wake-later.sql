-- Calls whose record turned out to be gone are told again when the book has heard of it.
update calls c set due = least(c.due, cb_now() + interval '75 seconds') from unnest($1::int[], $2::bigint[]) as x(org, id) where c.org = x.org and c.id = x.id
