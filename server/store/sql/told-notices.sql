select x.org, x.call, x.recipient, x.kind, n.body, n.live from unnest($1::int[], $2::bigint[], $3::text[], $4::text[]) as x(org, call, recipient, kind)
join notices n using (org, call, recipient, kind)
