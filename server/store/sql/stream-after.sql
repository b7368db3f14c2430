select id, body from stream where org = $1 and recipient = $2 and id > $3 order by id limit $4
