-- What else is known of these numbers: the name heard last, and what people chose in the last two calls in which they chose, within a year.
-- How many they are is hidden from the planner: see book-find.
select k.org, k.key, a.name, a.email, c.choices
from unnest((select $1::int[]), (select $2::text[])) as k(org, key)
left join address_book a on a.org = k.org and a.number_key = k.key
left join lateral (
  select jsonb_agg(jsonb_build_object('who', l.linked -> 'who', 'what', l.linked -> 'what', 'by', l.linked -> 'by', 'always', l.linked -> 'always', 'atMs', l.at_ms) order by l.at_ms desc) as choices
  from (
    select told -> 'linked' as linked, extract(epoch from started_at) * 1000 as at_ms from calls
    where org = k.org and number_key = k.key and told -> 'linked' is not null
      and started_at > greatest(cb_now() - interval '1 year', (select forgotten_at from forgotten_choices where org = k.org and number_key = k.key))
    order by started_at desc limit 2
  ) l
) c on true
where a.name is not null or c.choices is not null
