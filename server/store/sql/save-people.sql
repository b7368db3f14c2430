-- The whole list at once. Whoever is somebody now is nobody's phone no longer.
with given as (
  select * from jsonb_to_recordset($2) as x(connection text, agent text, "user" text, email text, team text)
), gone as (
  delete from people p where p.org = $1 and not exists (select 1 from given g where g.connection = p.connection and g.agent = p.agent)
), known as (
  delete from nobodys_phones n using given g where n.org = $1 and n.agent = g.agent and g.connection in ('', n.connection) and num_nonnulls(g."user", g.email) > 0
)
insert into people (org, connection, agent, crm_user, email, team) select $1, connection, agent, "user", email, team from given order by connection, agent
on conflict (org, connection, agent) do update set crm_user = excluded.crm_user, email = excluded.email, team = excluded.team
