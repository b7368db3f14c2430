-- The whole directory at once; what says the same is left as it is.
with given as (
  select entry->>'code' as code, entry from jsonb_array_elements($2::jsonb) as x(entry)
), gone as (
  delete from agents a where a.org = $1 and not exists (select 1 from given g where g.code = a.code)
)
insert into agents (org, code, entry) select $1, code, entry from given order by code
on conflict (org, code) do update set entry = excluded.entry where agents.entry <> excluded.entry
