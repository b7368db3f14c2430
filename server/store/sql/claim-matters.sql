-- Two calls of one contact are told at once, and each would make what the contact has none of: the first is taken, and the others are told again and
-- find it. Under the contact's lock, after the wishes are stored. What may have been sent is never taken back here.
with mine as (
  select w.org, w.call, w.role, w.qualifier, w.wanted->>'contactId' as contact from unnest($1::int[], $2::bigint[], $3::text[]) as x(org, call, role)
  join writes w on w.org = x.org and w.call = x.call and w.role = x.role
  where w.state = 'due' and w.crm_id is null and w.ghosts = '[]' and w.wanted ? 'contactId'
), late as (
  select m.org, m.call, m.role, m.qualifier from mine m where exists (
    select from writes o where o.org = m.org and o.role in ('case', 'opportunity') and o.role = m.role and o.wanted->>'contactId' = m.contact and o.call <> m.call and o.retracted is null
      and not o.left_out and o.state in ('due', 'sending', 'uncertain', 'written')
      and not exists (select from book_records b where b.org = o.org and b.id = o.crm_id)
      and (o.call < m.call or not exists (select from mine n where n.org = o.org and n.call = o.call and n.role = o.role)))
)
update writes w set state = 'dropped', due = null, retracted = 'another call makes it for this contact'
from late l where w.org = l.org and w.call = l.call and w.role = l.role and w.qualifier = l.qualifier
returning w.org, w.call
