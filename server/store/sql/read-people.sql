select connection, agent, crm_user as "user", email from people where org = $1 order by connection, agent
