-- A task of its own that the org would not take, or that a person deleted: its agent wants it all the same (W2).
update writes w set state = 'due', lane = 'now', since = cb_now(), due = cb_now(), attempts = 0, setbacks = 0, trouble = null, refused = '{}',
  crm_id = case when w.state = 'deleted' then null else w.crm_id end
from tasks t
where t.org = $1 and t.agent = $2 and t.id = $3 and t.call is null
  and w.org = t.org and w.call = 0 and w.role = 'task' and w.qualifier = t.id::text and w.state in ('parked', 'deleted')
