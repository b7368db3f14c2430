-- A call that is being told looks for itself, and is passed over: nobody waits for anybody.
with free as (
  select c.org, c.id from calls c join unnest($1::int[], $2::bigint[]) as x(org, id) on c.org = x.org and c.id = x.id order by c.org, c.id for update of c skip locked
)
update calls c set due = least(c.due, cb_now()) from free f where c.org = f.org and c.id = f.id
