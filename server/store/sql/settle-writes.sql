-- Only under the epoch that sent it (E7). A wish that changed meanwhile makes the row due again, whatever became of the former one.
with answers as (
  select * from jsonb_to_recordset($3) as x(call bigint, role text, qualifier text, wanted_version int, state text, crm_id text,
    sent jsonb, seen jsonb, human text[], refused jsonb, ghosts jsonb, attempts int, setbacks int, trouble jsonb, due_in_ms float8, lane text, written boolean)
), locked as (
  select w.org, w.call, w.role, w.qualifier, w.wanted_version from writes w join answers x on x.call = w.call and x.role = w.role and x.qualifier = w.qualifier
  where w.org = $1 and exists (select 1 from lanes where org = $1 and epoch = $2)
  order by w.org, w.call, w.role, w.qualifier
  for update of w
)
update writes w set
  state = case
    when w.state = 'dropped' and x.state = 'due' then 'dropped' -- taken back before it was begun (D2)
    when x.state in ('written', 'parked', 'dropped') and w.wanted_version <> x.wanted_version then 'due'
    else x.state end,
  lane = case when w.wanted_version <> x.wanted_version and w.lane = 'now' then 'now' else x.lane end,
  since = case when x.state in ('written', 'parked', 'dropped') and w.wanted_version <> x.wanted_version then cb_now() else w.since end,
  due = case when w.state = 'dropped' and x.state = 'due' then null when x.state in ('written', 'parked', 'dropped') and w.wanted_version <> x.wanted_version then cb_now() else cb_now() + x.due_in_ms * interval '1 millisecond' end,
  crm_id = x.crm_id, sent = x.sent, seen = x.seen, human = x.human, refused = x.refused, ghosts = x.ghosts, attempts = x.attempts, setbacks = x.setbacks, trouble = x.trouble,
  written_at = case when x.written then cb_now() else w.written_at end
from locked l join answers x on x.call = l.call and x.role = l.role and x.qualifier = l.qualifier
where w.org = l.org and w.call = l.call and w.role = l.role and w.qualifier = l.qualifier
returning w.call
