-- All of them at once; what says the same is left as it is.
with given as (
  select entry->>'line' as line, entry from jsonb_array_elements($2::jsonb) as x(entry)
), gone as (
  delete from lines l where l.org = $1 and not exists (select 1 from given g where g.line = l.line)
)
insert into lines (org, line, entry) select $1, line, entry from given order by line
on conflict (org, line) do update set entry = excluded.entry where lines.entry <> excluded.entry
