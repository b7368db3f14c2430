insert into attempts (org, call, role, qualifier, epoch, kind, sent, sent_at, answered_at, answer, wire, in_name)
select $1, x.call, x.role, x.qualifier, $2, x.kind, x.sent, to_timestamp($4 / 1000.0), cb_now(), x.answer, $5, x.in_name
from jsonb_to_recordset($3) as x(call bigint, role text, qualifier text, kind text, sent jsonb, answer jsonb, in_name jsonb)
