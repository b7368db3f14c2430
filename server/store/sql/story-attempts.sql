select role, qualifier, kind, sent, sent_at, answered_at, answer, wire from attempts where org = $1 and call = $2 order by id
