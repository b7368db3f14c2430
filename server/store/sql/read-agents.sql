select entry from agents where org = $1 order by code
