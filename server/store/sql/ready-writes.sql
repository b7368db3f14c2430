-- In the order of the index alone: with a second key PostgreSQL reads and sorts every row that lingers.
select *, extract(epoch from since) * 1000 as since_ms, extract(epoch from due) * 1000 as due_ms from writes
where org = $1 and lane = $2 and state in ('due', 'uncertain') and (due <= cb_now() or $4 and attempts = 0 and setbacks = 0)
order by since
limit $3
