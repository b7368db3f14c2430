-- Under the numbers' locks: a call that is being told looks for itself once it has the lock, so it is passed over here and nobody waits for anybody.
with waiting as (
  select c.org, c.id from calls c where c.org = $1 and c.number_key = any($2) and c.wants_person order by c.org, c.id for update skip locked
), woken as (
  update calls c set due = least(c.due, cb_now()) from waiting w where c.org = w.org and c.id = w.id
)
update persons set told = true where org = $1 and number_key = any($2)
