-- One that was taken away and is given anew has a version that the former one never had: whoever still exchanges a token of that one must
-- not store over this (E7).
insert into consents (org, holder, sealed, version) values ($1, $2, $3, (extract(epoch from cb_now()) * 1000000)::bigint)
on conflict (org, holder) do update set sealed = excluded.sealed, version = consents.version + 1, given_at = cb_now(), changed_at = cb_now(),
  trouble = null, proved_at = null
