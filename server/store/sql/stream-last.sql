select coalesce(max(last), 0)::bigint as last from stream_counters where org = $1 and recipient = $2
