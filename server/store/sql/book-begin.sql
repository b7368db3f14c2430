-- A fill begins: at first, or because numbers are to be understood in another way. What changes from now on is read after it, from $4 on.
insert into book_kinds (org, kind, basis, stamp, expected) values ($1, $2, $3, $4, $5)
on conflict (org, kind) do update set basis = excluded.basis, fill = book_kinds.fill + 1, after_id = null, begun_at = cb_now(), filled_at = null,
  expected = excluded.expected, read = 0, stamp = excluded.stamp, stamp_id = '', overlap = null, trouble = null,
  job = null, job_place = null, job_refused = null
returning fill
