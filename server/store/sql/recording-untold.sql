-- Their calls are known and have not heard of them yet. One whose call nobody has spoken of waits: a file alone makes no call.
select org, name, version, connection, recording_id, call, kind, state, bytes, sha256, media, place, origin, stored_at, delete_after, hold, checked_at, damage, erased_at, erased_by, (select n.source from connections n where n.org = r.org and n.connection = r.connection) as source
from recordings r where told_at is null and state = 'stored' and stored_at > cb_now() - interval '30 days'
  and exists (select 1 from calls c where c.org = r.org and c.connection = r.connection and c.external_id = r.call)
order by stored_at limit $1
