-- $1 job, $2 step, $3 progress. No row: it was given up meanwhile.
update setup_jobs set beat_at = cb_now(), step = $2, progress = $3 where job = $1 and state = 'running' returning job
