-- How it stands: its own row, or that of the log it went into; the log of the call that survives, where the call turned out to be part of another (C2).
select t.id, t.call, w.state, w.crm_id, w.trouble, w.retracted, w.human, o.mode, f.crm_trouble, c.trouble as call_trouble,
  c.due <= cb_now() as to_be_told, e.explanation, e.because
from tasks t
join orgs o on o.org = t.org
left join org_facts f on f.org = t.org
left join calls part on part.org = t.org and part.id = t.call
left join calls c on c.org = t.org and c.id = coalesce(part.part_of, part.id)
left join call_explanations e on e.org = c.org and e.call = c.id
left join writes w on w.org = t.org and w.call = coalesce(c.id, 0) and w.role = case when t.call is null then 'task' else 'log' end
  and w.qualifier = case when t.call is null then t.id::text else '' end
where t.org = $1 and t.agent = $2 and t.id = $3
