-- DP-05: a log that was written while the call went on is left as it is once the integration is off, and the explanation says so.
create or replace view call_explanations as
select c.org, c.id as call,
  case
    when c.part_of is not null then 'part-of'
    when c.trouble is not null then 'parked'
    when c.version = 0 or c.due <= cb_now() and w.states is null then 'waiting'
    when w.parked > 0 then 'parked'
    when w.pending > w.late then 'waiting'
    when w.late > 0 then 'written'
    when w.deleted > 0 then 'written'
    when w.written > 0 then 'written'
    when c.verdict->>'is' = 'skipped' then 'skipped'
    when c.verdict->>'is' = 'waiting' then 'waiting'
    when w.dropped > 0 then 'skipped'
  end as explanation,
  case
    when c.part_of is not null then 'part of call ' || c.part_of
    when c.trouble is not null then c.trouble
    when c.version = 0 or c.due <= cb_now() and w.states is null then 'its turn'
    when w.parked > 0 then w.trouble
    when w.pending > w.late and o.mode <> 'live' then case o.mode when 'observe' then 'the org to go live: it is only observed' else 'the org to be resumed: it is paused' end
    when w.pending > w.late and f.crm_trouble is not null then f.crm_trouble->>'message'
    when w.pending > w.late and w.apart is not null then w.apart
    when w.pending > w.late then case when w.uncertain > 0 then 'an answer: the last request was never answered' else 'the org to take it' end
    when w.late > 0 then 'in Salesforce; a change nobody waits for follows within 30 s'
    when w.deleted > 0 then w.gone
    when w.written > 0 and w.retracted is null and c.verdict->>'rule' = 'switched off' then 'left as it was written: ' || (c.verdict->>'because')
    when w.written > 0 then coalesce(w.left_alone, 'superseded: ' || w.retracted, 'in Salesforce; it refused ' || w.refused, 'in Salesforce')
    when c.verdict->>'is' = 'skipped' then c.verdict->>'because'
    when c.verdict->>'is' = 'waiting' then c.verdict->>'for'
    when w.dropped > 0 then w.retracted
  end as because
from calls c
join orgs o on o.org = c.org
left join org_facts f on f.org = c.org
left join lateral (
  select array_agg(state) as states,
    count(*) filter (where state = 'parked') as parked,
    count(*) filter (where state in ('due', 'sending', 'uncertain')) as pending,
    count(*) filter (where state = 'due' and lane = 'later' and crm_id is not null) as late, -- lingering
    count(*) filter (where state = 'uncertain') as uncertain,
    count(*) filter (where state = 'written') as written,
    count(*) filter (where state = 'deleted') as deleted,
    count(*) filter (where state = 'dropped') as dropped,
    min(trouble->>'message') filter (where state = 'parked') as trouble,
    min(trouble->>'message') filter (where state = 'written' and trouble->>'code' = 'LEFT_ALONE') as left_alone,
    min(trouble->>'message') filter (where state = 'due' and trouble->>'mendedBy' <> 'time') as apart,
    min(trouble->>'message') filter (where state = 'deleted') as gone,
    min(retracted) as retracted,
    string_agg(r.words, ', ' order by r.words) filter (where state = 'written') as refused
  from writes left join lateral (
    select string_agg(field || ' (' || (value->>'code') || ')', ', ' order by field) as words from jsonb_each(writes.refused) as f(field, value)
  ) r on true
  where writes.org = c.org and writes.call = c.id
) w on true;
