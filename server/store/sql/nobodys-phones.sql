select n.connection, n.agent, n.name, n.email, n.first_call::text as "call", n.heard_at as "heardAt" from nobodys_phones n where n.org = $1 order by n.heard_at desc limit 500
