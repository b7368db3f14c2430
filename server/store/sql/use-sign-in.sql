-- Works once: the first to use it finds it unused (S1).
update sign_ins set used_at = cb_now() where token_hash = $1 and used_at is null and expires_at > cb_now() returning org
