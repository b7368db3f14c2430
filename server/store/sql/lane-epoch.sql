select epoch from lanes where org = $1
