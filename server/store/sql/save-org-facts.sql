-- `$6`: what is said of trouble holds. Who only reads the users says nothing of it, also while nothing can be written.
insert into org_facts (org, self_user, api_used, api_max, usage_at, crm_trouble) values ($1, $2, $3, $4, cb_now(), $5)
on conflict (org) do update set self_user = coalesce(excluded.self_user, org_facts.self_user), api_used = coalesce(excluded.api_used, org_facts.api_used),
  api_max = coalesce(excluded.api_max, org_facts.api_max), usage_at = excluded.usage_at, crm_trouble = case when $6 then excluded.crm_trouble else org_facts.crm_trouble end
