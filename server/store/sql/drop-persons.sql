-- Nobody wants it any more, and nothing was sent (D2). Under the number's lock.
update writes w set state = 'dropped', due = null, retracted = 'no call wants it any more'
from unnest($1::int[], $2::text[]) as x(org, number_key) join persons p on p.org = x.org and p.number_key = x.number_key
where w.org = p.org and w.name = p.name and w.state = 'due' and w.crm_id is null and w.ghosts = '[]'
  and not exists (select 1 from calls c where c.org = p.org and c.number_key = p.number_key and c.wants_person)
