-- Of the call, and what was made for its number: each by its key, since all that was made for numbers is call 0.
with rows as (
  select w.* from writes w where w.org = $1 and w.call = $2
  union all
  select w.* from calls c join persons p on p.org = c.org and p.number_key = c.number_key and p.generation = c.person_generation
  join writes w on w.org = p.org and w.name = p.name where c.org = $1 and c.id = $2
)
select *, extract(epoch from since) * 1000 as since_ms, extract(epoch from due) * 1000 as due_ms from rows order by role, qualifier
