insert into joins (org, part, into_call)
select * from unnest($1::int[], $2::bigint[], $3::bigint[])
on conflict do nothing
