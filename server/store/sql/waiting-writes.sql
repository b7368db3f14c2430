select lane, count(*)::int as count,
  extract(epoch from min(due) - cb_now()) * 1000 as first_due_in_ms, extract(epoch from cb_now() - min(since)) * 1000 as oldest_ms
from writes where org = $1 and state in ('due', 'uncertain') group by lane
union all
select 'verify', count(*)::int, extract(epoch from min(due) - cb_now()) * 1000, null from writes where org = $1 and state = 'written' and due is not null
