-- $1 job, $2 state, $3 outcome, $4 trouble. One that was given up and ended after all has ended.
update setup_jobs set state = $2, outcome = $3, trouble = $4, ended_at = cb_now() where job = $1
