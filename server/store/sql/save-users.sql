with given as (
  select * from jsonb_to_recordset($2) as x(id text, name text, email text, extension text, zone text, active boolean)
), gone as (
  update crm_users u set active = false where u.org = $1 and not exists (select 1 from given g where g.id = u.id)
)
insert into crm_users (org, id, name, email, extension, zone, active)
select $1, id, name, email, extension, zone, active from given order by id
on conflict (org, id) do update set name = excluded.name, email = excluded.email, extension = excluded.extension, zone = excluded.zone, active = excluded.active, read_at = cb_now()
