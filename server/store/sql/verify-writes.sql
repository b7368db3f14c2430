-- Written, but an older unanswered request could have landed since: looked at once its time is over (W4).
select *, extract(epoch from since) * 1000 as since_ms, extract(epoch from due) * 1000 as due_ms from writes
where org = $1 and state = 'written' and due <= cb_now()
order by due limit $2
