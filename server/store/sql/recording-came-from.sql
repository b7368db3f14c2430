select version from recordings where org = $1 and name = $2 and origin = $3 limit 1
