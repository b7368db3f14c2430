-- All of them at once; what says the same is left as it is. Which version of the directory changed each is kept.
with given as (
  select entry->>'line' as line, entry from jsonb_array_elements($2::jsonb) as x(entry)
), gone as (
  delete from lines l where l.org = $1 and not exists (select 1 from given g where g.line = l.line) returning line
), saved as (
  insert into lines (org, line, entry) select $1, line, entry from given order by line
  on conflict (org, line) do update set entry = excluded.entry where lines.entry <> excluded.entry
  returning line
)
insert into directory_changes (org, what, id, version, by, at, removed)
select $1, 'line', x.line, $3, $4, cb_now(), x.removed
from (select line, false from saved union all select line, true from gone) x(line, removed) order by x.line
on conflict (org, what, id) do update
  set version = excluded.version, by = excluded.by, at = excluded.at, removed = excluded.removed
returning id
