select kind, basis, fill, after_id as "afterId", filled_at is not null as filled, expected, read, stamp, stamp_id as "stampId", overlap, trouble,
  job, job_place as "jobPlace", job_refused as "jobRefused",
  extract(epoch from polled_at) * 1000 as "polledAtMs", extract(epoch from cb_now()) * 1000 as "askedAtMs"
from book_kinds where org = $1 order by kind
