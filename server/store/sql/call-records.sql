-- What a person reads of these records before they choose one, by the ids an activity names: of a person account that is its contact's.
select x.id, r.id as "recordId", r.kind, r.name, r.company, r.status, r.owner_id as "ownerId", u.name as owner, to_char(r.active_on, 'YYYY-MM-DD') as "activeOn"
from unnest($2::text[]) as x(id)
join lateral (
  select * from book_records b where b.org = $1 and b.id = x.id and b.state = 'there'
  union all
  select * from book_records b where b.org = $1 and b.kind = 'person-account' and b.contact_id = x.id and b.state = 'there'
    and b.record in (select record from book_numbers where org = $1 and number_key = $3)
  limit 1
) r on true
left join crm_users u on u.org = $1 and u.id = r.owner_id
