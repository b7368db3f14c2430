insert into notices (org, call, recipient, kind, body, records, live)
select org, call, recipient, kind, body, coalesce(records, '{}'), live
from jsonb_to_recordset($1) as x(org int, call bigint, recipient text, kind text, body jsonb, records text[], live boolean)
order by org, call, recipient, kind
on conflict (org, call, recipient, kind) do update set body = excluded.body, records = excluded.records, live = excluded.live, told_at = cb_now()
