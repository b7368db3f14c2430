-- Of the call, and at what was made for its number.
with rows as (
  select a.* from attempts a where a.org = $1 and a.call = $2
  union all
  select a.* from calls c join attempts a on a.org = c.org and a.call = 0 and a.qualifier = c.number_key || '/' || c.person_generation
  where c.org = $1 and c.id = $2
)
select role, qualifier, kind, sent, sent_at, answered_at, answer, wire, in_name from rows order by id
