-- Calls of the last day that were matched in a part of the book are told once more. Later by what the other nodes take to see that it is
-- complete. One that is being told is passed over: nobody waits for anybody.
with unsure as (
  select id from calls where org = $1 and pinned -> 'match' ->> 'unsure' = 'true' and id > $2 and ended_at > cb_now() - interval '1 day'
  order by id limit $3 for update skip locked
), woken as (
  update calls c set due = least(c.due, cb_now() + make_interval(secs => $4::float8 / 1000)) from unsure u where c.org = $1 and c.id = u.id
)
select count(*)::int as calls, max(id) as last from unsure
