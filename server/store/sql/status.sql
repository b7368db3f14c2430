select o.org, o.name, o.mode, o.crm is null as disconnected, f.crm_trouble, case when o.crm is not null then w.proof_trouble end as proof_trouble,
  case when o.crm is not null then c.given_at + make_interval(days => w.lifetime_days) end as ends_at, f.api_used, f.api_max,
  (select jsonb_build_object('count', sum(n), 'seconds', coalesce(extract(epoch from cb_now() - min(since)), 0)) from -- two halves, each with its index: together they would read every row
    (select count(*) as n, min(since) as since from writes where org = o.org and state in ('due', 'uncertain')
     union all select count(*), min(since) from writes where org = o.org and state = 'sending') u) as unsent,
  (select coalesce(jsonb_agg(jsonb_build_object('cause', cause, 'count', n) order by n desc), '[]') from
    (select coalesce(trouble->>'code', '?') as cause, count(*) as n from writes where org = o.org and state = 'parked' group by 1
     union all select 'WAITING OVER 72 H', count(*) from writes where org = o.org and state in ('due', 'uncertain') and since < cb_now() - interval '72 hours' having count(*) > 0 -- W7
     union all select 'TELLING', count(*) from calls where org = o.org and trouble is not null having count(*) > 0) p) as parked,
  (select coalesce(jsonb_agg(jsonb_build_object('id', connection, 'name', name, 'source', source, 'lastHeardAt', last_heard_at, 'clockOffsetMs', clock_offset_ms, 'listening', case when settings is not null then jsonb_build_object(
      'node', l.holder, 'since', l.well_since, 'trouble', l.trouble, 'silentSeconds', extract(epoch from cb_now() - l.said_at)) end) order by created_at), '[]')
    from connections left join listenings l using (org, connection) where org = o.org) as connections,
  (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'filled', filled_at is not null, 'read', read, 'expected', expected, 'polledAt', polled_at, 'trouble', trouble,
      'records', records, 'numbers', numbers, 'unmatchable', unmatchable, 'since', t.since, 'because', t.because, 'said', t.said) order by kind), '[]')
    from book_kinds k left join lateral (select since, because, said from book_topics where org = o.org and k.kind = any(kinds) limit 1) t on true
    where k.org = o.org and basis <> '') as book_kinds, -- others are being forgotten
  (select coalesce(jsonb_agg(jsonb_build_object('field', field, 'code', code, 'message', message, 'count', n) order by n desc, field), '[]') from -- of a day: what was mended is soon forgotten
    (select r.field, r.value->>'code' as code, max(r.value->>'message') as message, count(*) as n from writes w, jsonb_each(w.refused) as r(field, value)
     where w.org = o.org and w.refused <> '{}' and w.written_at > cb_now() - interval '24 hours' group by 1, 2 order by n desc limit 20) f) as refused,
  coalesce(f.wrong_defaults, '[]') as wrong_defaults,
  b.left_out as book_left_out, b.trouble as book_trouble, b.pace as book_pace, s.spent as api_spent, s.samples as api_samples,
  extract(epoch from cb_now()) * 1000 as now_ms,
  (select count(*) from deliveries where org = o.org and state = 'new')::int as untranslated,
  (select count(*) from deliveries where org = o.org and state = 'parked')::int as parked_deliveries,
  (select count(*) from deliveries where org = o.org and state = 'unheard')::int as unheard
from orgs o left join org_facts f on f.org = o.org left join books b on b.org = o.org
left join ways_in w on w.org = o.org left join consents c on c.org = o.org and c.holder = ''
left join api_standing s on s.org = o.org
where o.org = $1
