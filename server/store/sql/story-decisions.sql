select version, decided_at, policy_version, verdict, wants, trace from decisions where org = $1 and call = $2 order by version
