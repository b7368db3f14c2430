update calls c set due = least(c.due, cb_now())
from (select org, id from calls where (org, id) in (select * from unnest($1::int[], $2::bigint[])) order by org, id for update skip locked) x
where c.org = x.org and c.id = x.id
