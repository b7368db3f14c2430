-- The last call of this agent that went on when they opened what they save, or goes on now, and may be about one of these records (ids of 15).
select c.id from notices n
join calls c on c.org = n.org and c.id = n.call
cross join lateral (select least(to_timestamp($4::float8 / 1000), cb_now()) as at) x
where n.org = $1 and n.recipient = $2 and n.kind = 'call'
  and (c.started_at <= x.at and coalesce(c.ended_at >= x.at, true) or c.started_at <= cb_now() and coalesce(c.ended_at >= cb_now(), true))
  and exists (
    select 1 from unnest(n.records || array[c.told #>> '{linked,who,id}', c.told #>> '{linked,what,id}']) as r(id) where left(r.id, 15) = any($3::text[]))
order by c.started_at desc, c.id desc
limit 1
