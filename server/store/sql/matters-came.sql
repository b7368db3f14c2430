-- What became of cases and opportunities that calls have begun is to be told to them (matters-untold.sql). In the transaction that settles them,
-- so that a node killed in between forgets nobody.
update writes set told = false where org = $1 and name = any($2) and state in ('written', 'parked', 'deleted')
