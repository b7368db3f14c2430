select id, name, email, zone, active from crm_users where org = $1 and active
