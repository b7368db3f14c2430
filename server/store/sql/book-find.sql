-- Whose numbers these are. A number that half the org has says nothing, so no more than $3 of each are looked at. A converted lead goes on as
-- what it became.
-- How many they are is hidden from the planner, which would plan anew for each number of them: that can take longer than the answer.
select k.org, k.key, n.field, n.extension, r.state = 'converted' as converted,
  t.id, t.kind, t.name, t.company, t.owner_id as "ownerId", t.email, t.account_id as "accountId", t.contact_id as "contactId", t.status, to_char(t.active_on, 'YYYY-MM-DD') as "activeOn",
  extract(epoch from t.modified_at) * 1000 as "modifiedAtMs"
from unnest((select $1::int[]), (select $2::text[])) as k(org, key)
cross join lateral (select record, field, extension from book_numbers where org = k.org and number_key = k.key limit $3) n
join book_records r on r.record = n.record and r.state <> 'gone'
join book_records t on t.record = case when r.state = 'there' then r.record else book_end(r.org, r.id) end
