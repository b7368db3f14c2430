insert into nobodys_phones (org, connection, agent, name, email, first_call)
select distinct on (x.org, x.connection, x.agent) x.org, x.connection, x.agent, x.name, x.email, x.call
from jsonb_to_recordset($1) as x(org int, connection text, agent text, name text, email text, call bigint) order by x.org, x.connection, x.agent, x.call
on conflict (org, connection, agent) do update set heard_at = cb_now(), name = excluded.name, email = excluded.email where nobodys_phones.heard_at < cb_now() - interval '1 minute'
