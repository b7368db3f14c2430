-- What is known, and still to be trusted, of who may see what (B2).
select x.org, x.recipient, x.record, a.allowed, a.checked_at > cb_now() - interval '10 minutes' as fresh
from unnest($1::int[], $2::text[], $3::text[]) as x(org, recipient, record)
left join access a on a.org = x.org and a.recipient = x.recipient and a.record = x.record
