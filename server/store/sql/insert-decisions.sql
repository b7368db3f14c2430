insert into decisions (org, call, version, policy_version, verdict, wants, trace)
select * from jsonb_to_recordset($1) as x(org int, call bigint, version int, policy_version int, verdict jsonb, wants jsonb, trace jsonb)
on conflict do nothing
