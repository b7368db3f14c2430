update calls set due = cb_now(), trouble = null, pinned = case when $3 then null else pinned end where org = $1 and id = $2
