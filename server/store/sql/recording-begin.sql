-- A file is about to be stored here. Until its row is, it is rubbish of an hour hence.
insert into recording_scraps (place, org, due) values ($1, $2, cb_now() + interval '1 hour')
