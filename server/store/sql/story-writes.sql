select *, extract(epoch from since) * 1000 as since_ms, extract(epoch from due) * 1000 as due_ms from writes where org = $1 and call = $2 order by role, qualifier
