select c.id, c.version, c.external_id, c.incarnation, c.connection from calls c where c.org = $1 and c.id = $2
