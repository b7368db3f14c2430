-- The call row is the queue entry: something was heard, so it is due. Rows are locked in one order (E2).
insert into calls (org, connection, external_id, incarnation, due)
select x.org, x.connection, x.external_id, x.incarnation, cb_now()
from unnest($1::int[], $2::text[], $3::text[], $4::int[]) as x(org, connection, external_id, incarnation)
order by x.org, x.connection, x.external_id, x.incarnation
on conflict (org, connection, external_id, incarnation)
do update set due = least(calls.due, excluded.due), heard_at = excluded.due
returning org, id, connection, external_id, incarnation
