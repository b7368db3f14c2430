-- Locked, so that what telling sees of a row is still so when it stores its wish. Same order as settling.
select *, extract(epoch from since) * 1000 as since_ms, extract(epoch from due) * 1000 as due_ms from writes
where (org, call) in (select * from unnest($1::int[], $2::bigint[]))
order by org, call, role, qualifier
for update
