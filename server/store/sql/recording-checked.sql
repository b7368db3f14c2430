update recordings set checked_at = cb_now(), damage = $5 where org = $1 and name = $2 and version = $3 and place = $4 and state = 'stored'
returning version
