-- The open cases and opportunities of these contacts and accounts, the case with this code, and the one somebody chose; and those that calls
-- have begun for these contacts and that no poll has seen yet. A person account is asked for by its contact. No more than 20 of each are looked at.
-- How many are asked for is hidden from the planner: see book-find.
select k.org, k.way, k.key, m.* from unnest((select $1::int[]), (select $2::text[]), (select $3::text[])) as k(org, way, key)
cross join lateral (
  (select r.kind, r.id, r.name, r.contact_id as "contactId", r.account_id as "accountId", coalesce(r.closed, false) as closed, false as "primary",
      extract(epoch from r.modified_at) * 1000 as "modifiedAtMs", null as "writeName"
    from book_records r where k.way = 'contact' and r.org = k.org and r.contact_id = k.key and r.kind = 'case' and r.state = 'there' and not r.closed
    order by r.modified_at desc, r.id limit 20)
  union all
  (select o.kind, o.id, o.name, r.contact_id, o.account_id, false, coalesce(r.is_primary, false), extract(epoch from o.modified_at) * 1000, null
    from book_records r join book_records o on o.org = r.org and o.id = r.parent_id and o.kind = 'opportunity' and o.state = 'there' and not o.closed
    where k.way = 'contact' and r.org = k.org and r.contact_id = k.key and r.kind = 'opportunity-role' and r.state = 'there'
    order by r.is_primary desc nulls last, o.modified_at desc, o.id limit 20)
  union all
  (select r.kind, r.id, r.name, r.contact_id, r.account_id, false, false, extract(epoch from r.modified_at) * 1000, null
    from book_records r where k.way = 'account' and r.org = k.org and r.account_id = k.key and r.kind in ('case', 'opportunity') and r.state = 'there' and not r.closed
    order by r.modified_at desc, r.id limit 20)
  union all
  (select r.kind, r.id, r.name, r.contact_id, r.account_id, coalesce(r.closed, false), false, extract(epoch from r.modified_at) * 1000, null
    from book_records r where k.way = 'code' and r.org = k.org and r.code = k.key and r.kind = 'case' and r.state = 'there'
    order by r.closed, r.modified_at desc, r.id limit 1)
  union all
  (select r.kind, r.id, r.name, r.contact_id, r.account_id, coalesce(r.closed, false), false, extract(epoch from r.modified_at) * 1000, null
    from book_records r where k.way = 'id' and r.org = k.org and r.id = k.key and r.kind = 'case' and r.state = 'there')
  union all
  (select w.role, w.crm_id, coalesce(w.wanted->>'subject', w.wanted->>'name'), w.wanted->>'contactId', w.wanted->>'accountId', false, false,
      extract(epoch from w.since) * 1000, w.name
    from writes w where k.way = 'contact' and w.org = k.org and w.role in ('case', 'opportunity') and w.wanted->>'contactId' = k.key and w.retracted is null
      and not w.left_out and w.state in ('due', 'sending', 'uncertain', 'written')
      and not exists (select from book_records b where b.org = w.org and b.id = w.crm_id)
    order by w.since, w.call limit 20)
) m
