with given as (
  select * from jsonb_to_recordset($2) as x(id text, name text, email text, extension text, "federationId" text, "employeeNumber" text, permitted boolean, zone text, active boolean)
), gone as (
  update crm_users u set active = false where u.org = $1 and not exists (select 1 from given g where g.id = u.id)
)
insert into crm_users (org, id, name, email, extension, federation_id, employee_number, permitted, zone, active)
select $1, id, name, email, extension, "federationId", "employeeNumber", permitted, zone, active from given order by id
on conflict (org, id) do update set name = excluded.name, email = excluded.email, extension = excluded.extension, federation_id = excluded.federation_id,
  employee_number = excluded.employee_number, permitted = excluded.permitted, zone = excluded.zone, active = excluded.active, read_at = cb_now()
