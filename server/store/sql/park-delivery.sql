-- One delivery that can't be stored as facts stands aside, with its bytes (E1).
update deliveries set state = 'parked', note = $3 where org = $1 and id = $2
