select number_key from persons where org = $1 and not told order by number_key limit 500
