-- The source is looked up for the rows shown: joined, a table of one row that was never analysed makes PostgreSQL expect few
-- calls, read them all and sort.
select c.id, c.version, (select n.source from connections n where n.org = c.org and n.connection = c.connection) as source, c.told, c.heard_at, e.explanation, e.because,
  (select coalesce(jsonb_agg(jsonb_build_object('role', w.role, 'state', w.state, 'crm_id', w.crm_id) order by w.role, w.qualifier), '[]') from writes w where w.org = c.org and w.call = c.id and w.state <> 'dropped') as records
from calls c
join call_explanations e on e.org = c.org and e.call = c.id
where c.org = $1
  and ($2::bigint is null or c.id < $2)
  and ($3::bigint[] is null or c.id = any($3))
  and ($4::text is null or e.explanation = $4)
  and ($5::text is null or c.number_key like '%' || $5 || '%' or c.external_id = $5 or c.told->'customer'->>'name' ilike '%' || $5 || '%')
order by c.id desc
limit $6
