-- Deleted, and not even in the bin any more: the org knows nothing of them.
with gone as (
  delete from book_records where org = $1 and kind = any($2::text[]) and id = any($3::text[]) returning record
), numbers as (
  delete from book_numbers n using gone g where n.record = g.record
)
delete from book_unmatchable u using gone g where u.org = $1 and u.record = g.record
