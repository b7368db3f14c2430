-- Deleted, as was told, and when: who was read before then and is stored only now doesn't come back, and who was brought back later does. `$4`:
-- they were asked for since, and are not even in the bin. Only what they were understood to be is forgotten, not what they go on as.
with told as (
  select * from jsonb_to_recordset($3) as x(id text, stamp text)
), gone as (
  insert into book_records as b (org, id, kind, name, state, stamp, fill)
  select $1, id, ($2::text[])[1], '', 'gone', stamp, coalesce((select fill from book_kinds where org = $1 and kind = ($2::text[])[1]), 1)
  from told order by id
  on conflict (org, id) do update set state = 'gone', name = '', company = null, owner_id = null, email = null, account_id = null,
    contact_id = null, status = null, stamp = greatest(b.stamp, excluded.stamp), modified_at = null, ours_at = null
  where b.state <> 'gone' and ($4 or b.stamp is null or b.stamp <= excluded.stamp)
  returning b.record
), numbers as (
  delete from book_numbers n using gone g where n.record = g.record
)
delete from book_unmatchable u using gone g where u.org = $1 and u.record = g.record
