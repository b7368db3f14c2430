-- $1 org, $2 what, $3 by, $4 node. No row: another one is running.
insert into setup_jobs (org, what, by, node) values ($1, $2, $3, $4)
on conflict (org) where state = 'running' do nothing
returning job
