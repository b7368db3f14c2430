select distinct on (d.org, d.call) d.org, d.call, d.version, d.wants, d.verdict, d.trace, d.policy_version
from decisions d
where (d.org, d.call) in (select * from unnest($1::int[], $2::bigint[]))
order by d.org, d.call, d.version desc
