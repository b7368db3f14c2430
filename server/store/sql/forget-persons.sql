-- Some of the records made for numbers in an org that is no longer connected; the rest is for the next time. The next caller from such a number
-- is a stranger to the new org.
with gone as (
  delete from persons where (org, number_key, generation) in (
    select org, number_key, generation from persons where org = $1 order by number_key, generation limit $2
  ) returning org, name
), rows as (
  delete from writes w using gone g where w.org = g.org and w.name = g.name
)
select count(*)::int as persons from gone
