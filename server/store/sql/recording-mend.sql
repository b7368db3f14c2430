-- The right bytes came again for a damaged file: they take its place, and what was there is rubbish.
with kept as (delete from recording_scraps where place = $4 returning place),
  found as (select org, name, version, place as former from recordings where org = $1 and name = $2 and version = $3 and state = 'stored' for update),
  scrap as (insert into recording_scraps (place, org, due) select former, org, cb_now() from found where exists (select 1 from kept)),
  mended as (
    update recordings r set place = $4, damage = null, checked_at = cb_now() from found f, kept
    where r.org = f.org and r.name = f.name and r.version = f.version returning r.version
  )
select version from mended
