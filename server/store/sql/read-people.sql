select connection, agent, crm_user as "user", email, team from people where org = $1 order by connection, agent
