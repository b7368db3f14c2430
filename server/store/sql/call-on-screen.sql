-- The last call of this agent that went on when they opened what they save, or goes on now, and may be about one of these records (ids of 15).
-- No call goes on for a day, and so only those of the day before are looked through: whatever is about no call would go through all they ever had.
-- `offset 0` keeps that day's calls a look into the index of their own.
with moments as materialized (select least(to_timestamp($4::float8 / 1000), cb_now()) as at union select cb_now())
select c.id from moments m
cross join lateral (
  select * from calls c where c.org = $1 and c.started_at > m.at - interval '1 day' and c.started_at <= m.at and (c.ended_at is null or c.ended_at >= m.at)
  offset 0
) c
join notices n on n.org = c.org and n.call = c.id and n.recipient = $2 and n.kind = 'call'
where exists (
  select 1 from unnest(n.records || array[c.told #>> '{linked,who,id}', c.told #>> '{linked,what,id}']) as r(id) where left(r.id, 15) = any($3::text[]))
order by c.started_at desc, c.id desc
limit 1
