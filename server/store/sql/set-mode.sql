update orgs set mode = $2 where org = $1 and mode <> $2 returning org
