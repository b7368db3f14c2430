-- The file is in the storage: it is rubbish no more. Gives no row if it took so long that it was cleared away.
with kept as (delete from recording_scraps where place = $10 returning place),
  rule as (select coalesce((select array[keep_days] from recording_rules where org = $1), array[$12::int]) as days)
insert into recordings (org, name, version, connection, recording_id, call, kind, state, bytes, sha256, media, place, origin, hold, delete_after)
select $1, $2, coalesce((select max(version) from recordings where org = $1 and name = $2), 0) + 1, $3, $4, $5, $6,
  case when $10::text is null then 'empty' else 'stored' end, $7, $8, $9, $10, $11,
  (select hold from recordings where org = $1 and name = $2 and hold is not null limit 1),
  cb_now() + days[1] * interval '1 day'
from rule where $10::text is null or exists (select 1 from kept)
returning version
