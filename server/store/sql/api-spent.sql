-- Calls made since they were last counted, and what the org says of its allocation. What is older than anything asks for goes.
with counted as (
  insert into api_calls (org, hour, purpose, calls) select $1, date_trunc('hour', cb_now()), key, value::int from jsonb_each_text($2::jsonb)
  on conflict (org, hour, purpose) do update set calls = api_calls.calls + excluded.calls
), told as (
  insert into api_usage (org, at, used, max) select $1, date_bin('10 minutes', cb_now(), timestamptz '2000-01-01 00:00Z'), $3, $4 where $3::int is not null
  on conflict (org, at) do update set used = excluded.used, max = excluded.max
), old_calls as (
  delete from api_calls where org = $1 and hour < cb_now() - interval '7 days'
), old_usage as (
  delete from api_usage where org = $1 and at < cb_now() - interval '2 days'
)
select 1
