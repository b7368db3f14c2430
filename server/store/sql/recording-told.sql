update recordings set told_at = cb_now() where org = $1 and name = $2 and version = $3 and told_at is null
