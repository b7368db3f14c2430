-- Asked before every request, so it looks at the ends of indexes and never at every row that lingers; how many wait is counted
-- as far as two full requests go.
select lane,
  case lane when 'now' then (select count(*)::int from (select 1 from writes w where w.org = $1 and w.lane = 'now' and w.state in ('due', 'uncertain') limit 400) x) else 0 end as count,
  extract(epoch from (select min(due) from writes w where w.org = $1 and w.lane = l.lane and w.state in ('due', 'uncertain')) - cb_now()) * 1000 as first_due_in_ms,
  extract(epoch from cb_now() - (select min(since) from writes w where w.org = $1 and w.lane = l.lane and w.state in ('due', 'uncertain'))) * 1000 as oldest_ms
from (values ('now'), ('later')) as l(lane)
union all
select 'verify', 0, extract(epoch from min(due) - cb_now()) * 1000, null from writes where org = $1 and state = 'written' and due is not null
