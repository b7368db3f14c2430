select keep_days from recording_rules where org = $1
