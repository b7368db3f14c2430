insert into consents (org, holder, sealed) values ($1, $2, $3)
on conflict (org, holder) do update set sealed = excluded.sealed, version = consents.version + 1, given_at = cb_now(), changed_at = cb_now(),
  trouble = null, proved_at = null
