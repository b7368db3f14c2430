-- Defaults of the policy that the org can't use.
insert into org_facts (org, wrong_defaults) values ($1, $2)
on conflict (org) do update set wrong_defaults = excluded.wrong_defaults
