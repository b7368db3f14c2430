-- The new term counts for what is here already, too; a hold outlives it.
with rule as (
  insert into recording_rules (org, keep_days) values ($1, $2) on conflict (org) do update set keep_days = excluded.keep_days returning org
)
update recordings set delete_after = stored_at + $2::int * interval '1 day' where org = (select org from rule) and state = 'stored'
