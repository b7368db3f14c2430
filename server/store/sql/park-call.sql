-- One call whose telling throws stands aside, alone, until something new is heard of it or somebody says "try again" (E2).
update calls set due = null, trouble = $3 where org = $1 and id = $2
