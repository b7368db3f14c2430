select org, person, crm_user from sessions where token_hash = $1 and expires_at > cb_now()
