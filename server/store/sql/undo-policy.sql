-- One page of the calls with records this version of the policy wrote or is about to, each told once that a person takes them back
-- (W9). Rows are locked in id order before the fact is there, so that a telling under way ends first and the next one hears of it.
with page as (
  select distinct w.call from writes w
  join calls c on c.org = w.org and c.id = w.call and (c.pinned->>'policyVersion')::int = $2 -- a later version may have confirmed it
  where w.org = $1 and w.call > $4 and w.policy_version = $2 and w.retracted is null and w.human = '{}' and w.state not in ('dropped', 'deleted')
  order by w.call limit $5
), locked as (
  select c.org, c.id, c.pinned from calls c where c.org = $1 and c.id in (select call from page) order by c.org, c.id for update
), told as (
  insert into events (org, call, id, content_hash, type, at, clock_offset_ms, fact, delivery)
  select l.org, l.id, 'cordboard:undone:' || $2::int, 'undone', 'undone', round(extract(epoch from cb_now()) * 1000) - o.ms, o.ms,
    jsonb_build_object('type', 'undone', 'policyVersion', $2::int, 'by', $3::text), 0
  from locked l
  cross join lateral (select coalesce((l.pinned->>'clockOffsetMs')::int, 0) as said) s
  cross join lateral (select case when abs(s.said) >= 2000 then s.said else 0 end as ms) o
  on conflict do nothing
  returning call
), woken as (
  update calls c set due = least(c.due, cb_now()) from told where c.org = $1 and c.id = told.call
)
select l.id as call, t.call is not null as inserted from locked l left join told t on t.call = l.id
