-- Their calls are told again, and those that wait for what another call makes. Calls are locked before rows of writes, as a telling does.
with untold as (
  select w.call, w.name from writes w where w.org = $1 and not w.told order by w.call limit 500
), concerned as (
  select c.org, c.id from calls c where c.org = $1 and (c.id in (select call from untold)
    or c.pinned #>> '{matters,coming,0,name}' in (select name from untold)) order by c.org, c.id for update
), woken as (
  update calls c set due = least(c.due, cb_now()) from concerned x where c.org = x.org and c.id = x.id
)
select name from untold
