insert into org_facts (org, queues) values ($1, $2) on conflict (org) do update set queues = excluded.queues
