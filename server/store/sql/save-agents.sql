-- The whole directory at once; what says the same is left as it is. Which version of the directory changed each is kept.
with given as (
  select entry->>'code' as code, entry from jsonb_array_elements($2::jsonb) as x(entry)
), gone as (
  delete from agents a where a.org = $1 and not exists (select 1 from given g where g.code = a.code) returning code
), saved as (
  insert into agents (org, code, entry) select $1, code, entry from given order by code
  on conflict (org, code) do update set entry = excluded.entry where agents.entry <> excluded.entry
  returning code
)
insert into directory_changes (org, what, id, version, by, at, removed)
select $1, 'agent', x.code, $3, $4, cb_now(), x.removed
from (select code, false from saved union all select code, true from gone) x(code, removed) order by x.code
on conflict (org, what, id) do update
  set version = excluded.version, by = excluded.by, at = excluded.at, removed = excluded.removed
returning id
