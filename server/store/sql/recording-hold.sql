-- Of all versions, and of none that is deleted already: a hold brings nothing back.
update recordings set hold = $3 where org = $1 and name = $2 and state = 'stored' returning version
