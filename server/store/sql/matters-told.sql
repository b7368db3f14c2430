update writes set told = true where org = $1 and name = any($2)
