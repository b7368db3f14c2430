-- Numbers come from a counter raised here and held to the end of the transaction: who has seen 10 has seen 9 (E4).
with said as (
  select x.org, x.recipient, x.body, row_number() over (partition by x.org, x.recipient order by x.ordinal) as n
  from unnest($1::int[], $2::text[], $3::jsonb[]) with ordinality as x(org, recipient, body, ordinal)
), raised as (
  insert into stream_counters (org, recipient, last)
  select org, recipient, count(*) from said group by org, recipient order by org, recipient
  on conflict (org, recipient) do update set last = stream_counters.last + excluded.last
  returning org, recipient, last
)
insert into stream (org, recipient, id, body)
select s.org, s.recipient, r.last - (select count(*) from said t where t.org = s.org and t.recipient = s.recipient) + s.n, s.body
from said s join raised r on r.org = s.org and r.recipient = s.recipient
