-- Nobody wants it any more (D2): what was never sent is dropped, what may have been is forgotten once it turns out not to be there. Under the
-- number's lock; a row that is just being sent is passed over, or whoever sends it and we would wait for each other.
with unwanted as (
  select w.org, w.name from unnest($1::int[], $2::text[]) as x(org, number_key) join persons p on p.org = x.org and p.number_key = x.number_key
  join writes w on w.org = p.org and w.name = p.name
  where w.state in ('due', 'uncertain') and w.crm_id is null
    and not exists (select 1 from calls c where c.org = p.org and c.number_key = p.number_key and c.wants_person)
  for update of w skip locked
)
update writes w set retracted = 'no call wants it any more',
  state = case when w.ghosts = '[]' then 'dropped' else w.state end, due = case when w.ghosts = '[]' then null else w.due end
from unwanted u where w.org = u.org and w.name = u.name
