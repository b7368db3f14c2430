insert into lanes (org, epoch, holder, taken_at) values ($1, 1, $2, cb_now())
on conflict (org) do update set epoch = lanes.epoch + 1, holder = excluded.holder, taken_at = excluded.taken_at
returning epoch
