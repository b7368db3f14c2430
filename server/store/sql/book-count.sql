-- How much there is of each kind. All of it is read through, so this is for the keeper and not for who asks.
update book_kinds k set records = coalesce(c.records, 0), numbers = coalesce(c.numbers, 0), unmatchable = coalesce(c.unmatchable, 0)
from book_kinds b left join (
  select r.kind, count(*) as records, sum(n.numbers) as numbers, sum(u.unmatchable) as unmatchable
  from book_records r
  left join (select record, count(distinct field) as numbers from book_numbers where org = $1 group by record) n using (record)
  left join (select record, count(*) as unmatchable from book_unmatchable where org = $1 group by record) u using (record)
  where r.org = $1 and r.state <> 'gone' group by r.kind
) c using (kind)
where b.org = $1 and k.org = $1 and k.kind = b.kind
