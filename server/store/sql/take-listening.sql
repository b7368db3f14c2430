insert into listenings (org, connection, epoch, holder, said_at) values ($1, $2, 1, $3, cb_now())
on conflict (org, connection) do update set epoch = listenings.epoch + 1, holder = excluded.holder, said_at = excluded.said_at, well_since = null
returning epoch
