insert into org_checks (org, findings, installed) values ($1, $2, $3)
on conflict (org) do update set findings = excluded.findings, installed = excluded.installed, checked_at = cb_now()
returning checked_at
