select place from recordings where place = any($1) union all select place from recording_scraps where place = any($1)
