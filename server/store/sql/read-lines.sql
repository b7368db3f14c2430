select entry from lines where org = $1 order by line
