-- $1 org, $2 the settings it is connected by. Not under settings that were replaced meanwhile: by another org, or after an uninstall.
with same as (select org from orgs where org = $1 and crm = $2 for share)
insert into org_facts (org, unique_since) select org, cb_now() from same
on conflict (org) do update set unique_since = coalesce(org_facts.unique_since, excluded.unique_since)
