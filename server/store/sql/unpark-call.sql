update calls set due = cb_now(), trouble = null, pinned = case when $3 then null else pinned end, rules_at = case when $3 then cb_now() else rules_at end where org = $1 and id = $2
