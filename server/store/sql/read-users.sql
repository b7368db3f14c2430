select id, name, email, extension, zone, active from crm_users where org = $1 and active
