-- The first telling of a message says where it belongs; rows are locked in one order (E2).
insert into messages (org, connection, message, call)
select distinct on (x.org, x.connection, x.message) x.org, x.connection, x.message, x.call
from jsonb_to_recordset($1) as x(org int, connection text, message text, call text)
order by x.org, x.connection, x.message, x.call
on conflict (org, connection, message) do update set call = messages.call
returning org, connection, message, call
