select id, name, email, extension, federation_id as "federationId", employee_number as "employeeNumber", permitted, zone, active from crm_users where org = $1 and active
