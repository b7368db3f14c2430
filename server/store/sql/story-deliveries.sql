-- The deliveries that told something new, and every repeat of them.
select d.id, d.delivery_id, d.received_at, d.state, d.note, d.body
from deliveries d
where d.org = $1 and (d.connection, d.delivery_id) in (select k.connection, k.delivery_id from deliveries k where k.org = $1 and k.id = any($2::bigint[]))
order by d.received_at, d.id
limit 500
