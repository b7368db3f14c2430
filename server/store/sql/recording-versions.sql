-- All that came under this name, the newest first.
select org, name, version, connection, recording_id, call, kind, state, bytes, sha256, media, place, origin, stored_at, delete_after, hold, checked_at, damage, erased_at, erased_by,
  (select c.id from calls c where c.org = r.org and c.connection = r.connection and c.external_id = r.call order by c.incarnation desc limit 1) as call_row
from recordings r where org = $1 and name = $2 order by version desc
