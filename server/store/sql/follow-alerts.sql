-- How the troubles of an org stand: $2 are followed, $3 passed before anybody was told, $4 are over.
with f as (select * from jsonb_to_recordset($2) as x(key text, level text, words text, since float8, began float8, well float8)),
passed as (delete from alerts where org = $1 and ended_at is null and key = any($3::text[])),
ended as (update alerts set ended_at = cb_now(), tries = 0, try_after = cb_now() where org = $1 and ended_at is null and key = any($4::text[]))
insert into alerts (org, key, level, words, since, began_at, well_since)
select $1, key, level, words, to_timestamp(since / 1000), to_timestamp(began / 1000), to_timestamp(well / 1000) from f
on conflict (org, key) where ended_at is null do update
  set level = excluded.level, words = excluded.words, began_at = excluded.began_at, well_since = excluded.well_since
