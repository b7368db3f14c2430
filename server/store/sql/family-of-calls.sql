-- Every call these have become part of, and every part of them, however far (C2). A cycle ends because union keeps each pair once.
with recursive family(org, call, member) as (
  select x.org, x.call, x.call from unnest($1::int[], $2::bigint[]) as x(org, call)
  union
  select f.org, f.call, case when j.part = f.member then j.into_call else j.part end
  from family f join joins j on j.org = f.org and (j.part = f.member or j.into_call = f.member)
)
select f.org, f.call, f.member, c.external_id from family f join calls c on c.org = f.org and c.id = f.member
