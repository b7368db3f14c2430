-- Their time is over. What is being put on hold at this moment is left for the next round.
with found as (
    select org, name, version, place from recordings where state = 'stored' and hold is null and delete_after <= cb_now()
    order by delete_after limit $1 for update skip locked
  ),
  scrap as (insert into recording_scraps (place, org, due) select place, org, cb_now() from found),
  gone as (
    update recordings r set state = 'erased', place = null, damage = null, erased_at = cb_now(), erased_by = 'retention' from found f
    where r.org = f.org and r.name = f.name and r.version = f.version
    returning r.org, r.name, r.version
  )
select org, name, version from gone
