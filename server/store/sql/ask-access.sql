insert into access (org, recipient, record) select distinct org, recipient, record from unnest($1::int[], $2::text[], $3::text[]) as x(org, recipient, record) order by 1, 2, 3
on conflict (org, recipient, record) do update set checked_at = null, asked_at = cb_now() where access.checked_at <= cb_now() - interval '10 minutes'
