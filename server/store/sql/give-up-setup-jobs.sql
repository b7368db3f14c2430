-- Work whose server died. $1: seconds of silence; $2: the node that has just started, whose own can't be running any more.
update setup_jobs set state = 'interrupted', ended_at = cb_now()
where state = 'running' and (beat_at < cb_now() - $1 * interval '1 second' or node = $2)
returning job, org, what, by, step
