-- Deleted, as was told, and when: who was read before then and is stored only now doesn't come back, and who was brought back later does. `$5`:
-- they were asked for since, and are not even in the bin. Only what they were understood to be is forgotten, not what they go on as. What was
-- told of a fill further back than the last but one may be another org's, where a record of that id may live (book-part.sql).
with ours as (
  select k.kind, k.fill from unnest($2::text[], $3::int[]) as heard(kind, fill) join book_kinds k on k.org = $1 and k.kind = heard.kind
  where k.fill <= heard.fill + 1 order by k.kind for key share of k
), told as (
  select * from jsonb_to_recordset($4) as x(id text, stamp text)
), gone as (
  insert into book_records as b (org, id, kind, name, state, stamp, fill)
  select $1, id, o.kind, '', 'gone', stamp, o.fill from told, (select kind, fill from ours order by kind limit 1) o order by id
  on conflict (org, id) do update set state = 'gone', name = '', company = null, owner_id = null, email = null, account_id = null,
    contact_id = null, status = null, stamp = greatest(b.stamp, excluded.stamp), modified_at = null, ours_at = null
  where b.state <> 'gone' and ($5 or b.stamp is null or b.stamp <= excluded.stamp)
  returning b.record
), numbers as (
  delete from book_numbers n using gone g where n.record = g.record
)
delete from book_unmatchable u using gone g where u.org = $1 and u.record = g.record
