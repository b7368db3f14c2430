-- Some records of these kinds, with all that is known of their numbers; the rest is for the next time.
with gone as (
  delete from book_records where record in (select record from book_records where org = $1 and kind = any($2::text[]) limit $3) returning record
), numbers as (
  delete from book_numbers n using gone g where n.record = g.record
), reports as (
  delete from book_unmatchable u using gone g where u.org = $1 and u.record = g.record
)
select count(*)::int as records from gone
