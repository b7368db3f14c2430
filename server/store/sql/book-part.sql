-- Another org is read from now on. What was on its way from the former one is of the last fill but one by then, and `book-save` takes none of
-- it; one that is being saved is waited for, since saving holds these rows.
with held as (
  select org, kind from book_kinds where org = $1 order by kind for update
)
update book_kinds k set basis = '', fill = k.fill + 2, filled_at = null, after_id = null, expected = null, read = 0, stamp = null, stamp_id = '',
  overlap = null, polled_at = null, trouble = null, records = null, numbers = null, unmatchable = null, job = null, job_place = null, job_refused = null
from held h where k.org = h.org and k.kind = h.kind
