-- The file nobody has looked at for the longest, if that is long enough ago.
select org, name, version, connection, recording_id, call, kind, state, bytes, sha256, media, place, origin, stored_at, delete_after, hold, checked_at, damage, erased_at, erased_by from recordings where state = 'stored' and damage is null and checked_at <= cb_now() - $1 * interval '1 day'
order by checked_at limit 1
