-- Whose right to see what is to be asked for: what was never asked, and what is on a screen and soon no longer to be trusted. A few people at once.
with due as (
  select recipient, record, asked_at from access where org = $1 and checked_at is null
  union
  select a.recipient, a.record, a.checked_at from notices n cross join unnest(n.records) as r(record)
  join access a on a.org = n.org and a.recipient = n.recipient and a.record = r.record
  where n.org = $1 and n.live and a.checked_at <= cb_now() - interval '8 minutes'
), people as (
  select recipient from due group by recipient order by min(asked_at) limit $2
)
select recipient, (array_agg(distinct record))[1:200] as records from due where recipient in (select recipient from people) group by recipient
