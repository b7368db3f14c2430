-- What this agent saved for the record of a call, and how that record stands.
select c.id as call, c.told -> 'noted' as noted, (
    select e.fact ->> 'subject' from events e
    where e.org = c.org and e.call in (part.id, c.id) and e.type = 'noted' and e.fact #>> '{by,user}' = $3 and e.fact ? 'subject'
    order by e.at desc, e.id limit 1) as subject,
  w.state, w.crm_id, w.trouble, w.retracted, w.human, o.mode, f.crm_trouble, c.trouble as call_trouble,
  part.due <= cb_now() or c.due <= cb_now() as to_be_told, e.explanation, e.because
from calls part
join calls c on c.org = part.org and c.id = coalesce(part.part_of, part.id)
join orgs o on o.org = c.org
left join org_facts f on f.org = c.org
left join call_explanations e on e.org = c.org and e.call = c.id
left join writes w on w.org = c.org and w.call = c.id and w.role = 'log' and w.qualifier = ''
where part.org = $1 and part.id = $2
