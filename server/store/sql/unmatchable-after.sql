-- The next of what stands in phone fields and can never match anybody, and whose record it is. The bound on `r`, and a limit that is known
-- beforehand, keep each page from reading all records before it.
select u.record, u.field, u.written, u.because, r.id, r.kind, r.name, coalesce(c.name, r.owner_id) as owner
from book_unmatchable u
join book_records r on r.org = u.org and r.record = u.record and r.record >= $2::bigint and r.state <> 'gone'
left join crm_users c on c.org = u.org and c.id = r.owner_id
where u.org = $1 and (u.record, u.field) > ($2::bigint, $3::text)
order by u.record, u.field limit 1000
