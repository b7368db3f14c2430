-- What a call is about by now: as its log is wanted; before there is one, as it was matched; before that, the first of its agents' screens.
select coalesce(log.ids, found.ids, shown.ids, '{}') as ids, coalesce(log.who, found.who, shown.who) as who
from calls c
left join lateral (
  select array_remove(array[wanted #>> '{who,id}', wanted #>> '{what,id}'], null) as ids, nullif(wanted -> 'who', 'null') as who
  from writes where org = c.org and call = c.id and role = 'log' and state <> 'dropped' order by qualifier limit 1
) log on true
left join lateral (
  select array_agg(m #>> '{record,id}') as ids, (array_agg(m -> 'record') filter (where m ->> 'as' = 'who'))[1] as who
  from jsonb_array_elements(case when log.ids is null then c.pinned #> '{match,candidates}' else '[]' end) m
) found on true
left join lateral (
  select n.records[1:1] as ids, case when b.kind = 'contact' then jsonb_build_object('kind', b.kind, 'id', b.id, 'name', b.name) end as who
  from notices n left join book_records b on b.org = n.org and b.id = n.records[1]
  where n.org = c.org and n.call = c.id and n.kind = 'call' limit 1
) shown on true
where c.org = $1 and c.id = $2
