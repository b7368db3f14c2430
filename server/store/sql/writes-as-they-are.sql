-- As writes-of-calls, for who only looks: nobody waits for anybody.
select *, extract(epoch from since) * 1000 as since_ms, extract(epoch from due) * 1000 as due_ms from writes
where (org, call) in (select * from unnest($1::int[], $2::bigint[]))
order by org, call, role, qualifier
