-- A person wants it gone, now. Nothing on hold is; the file follows its row (recording_scraps).
with found as (
    select org, name, version, place from recordings r where org = $1 and name = $2 and state = 'stored' and hold is null
      and not exists (select 1 from recordings h where h.org = r.org and h.name = r.name and h.hold is not null)
    for update
  ),
  scrap as (insert into recording_scraps (place, org, due) select place, org, cb_now() from found),
  gone as (
    update recordings r set state = 'erased', place = null, damage = null, erased_at = cb_now(), erased_by = $3 from found f
    where r.org = f.org and r.name = f.name and r.version = f.version
    returning r.version
  )
select version from gone
