-- What became of records made for numbers is known. What is in the org is in the book at once, until a poll says it better (B1); nobody is told for its
-- owner where the CRM's own rules chose one. Whom a duplicate rule found is what they are, and not what was to be made.
with settled as (
  select p.org, p.number_key, coalesce(f.found->>'kind', p.kind) as kind, p.name, w.crm_id, w.state,
    case when f.found is null then w.wanted else jsonb_build_object('name', f.found->>'name') end as wanted
  from persons p join writes w on w.org = p.org and w.name = p.name
  cross join lateral (select case when w.trouble->>'code' = 'FOUND' then w.trouble->'found' end as found) f
  where p.org = $1 and p.name = any($2) and w.state in ('written', 'parked', 'deleted', 'dropped')
), told as (
  update persons p set told = false from settled s where p.org = s.org and p.name = s.name
), known as (
  insert into book_records (org, id, kind, name, company, owner_id, email, state, fill, ours_at, modified_at)
  select s.org, s.crm_id, s.kind, s.wanted->>'name', case when s.kind = 'lead' then s.wanted->>'company' end, case when not s.wanted ? 'byAssignmentRules' then s.wanted->>'ownerId' end, s.wanted->>'email', 'there',
    coalesce((select fill from book_kinds k where k.org = s.org and k.kind = s.kind), 1), cb_now(), cb_now()
  from settled s where s.state = 'written' and s.crm_id is not null order by s.crm_id
  on conflict (org, id) do nothing
  returning org, record, id
)
insert into book_numbers (org, number_key, record, field)
select k.org, s.number_key, k.record, 'Phone' from known k join settled s on s.crm_id = k.id
on conflict do nothing
