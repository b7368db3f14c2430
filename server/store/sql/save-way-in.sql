insert into ways_in (org, means, login_url, client_id, crm_org, crm_org_name, crm_user, crm_user_name, login, host, connected_by, lifetime_days, signed_in_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, cb_now())
on conflict (org) do update set means = excluded.means, login_url = excluded.login_url, client_id = excluded.client_id, crm_org = excluded.crm_org,
  crm_org_name = excluded.crm_org_name, crm_user = excluded.crm_user, crm_user_name = excluded.crm_user_name, login = excluded.login, host = excluded.host,
  connected_at = cb_now(), connected_by = excluded.connected_by, lifetime_days = excluded.lifetime_days, signed_in_at = excluded.signed_in_at,
  proved_at = null, proof_trouble = null
