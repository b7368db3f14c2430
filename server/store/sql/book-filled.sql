-- The fill has reached its end: what it didn't meet is no longer in the org, or no longer shown to us. What we wrote ourselves since it began stays.
with gone as (
  delete from book_records b using book_kinds k
  where k.org = $1 and k.kind = $2 and k.fill = $3 and b.org = $1 and b.kind = $2 and b.fill < $3 and (b.ours_at is null or b.ours_at < k.begun_at)
  returning b.record
), numbers as (
  delete from book_numbers n using gone g where n.record = g.record
), reports as (
  delete from book_unmatchable u using gone g where u.org = $1 and u.record = g.record
)
update book_kinds set filled_at = cb_now(), after_id = null, job = null, job_place = null, trouble = null where org = $1 and kind = $2 and fill = $3
