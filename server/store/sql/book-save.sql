-- Records as the org tells them, with their numbers. An older stamp never replaces a newer (B1), nor an answer understood as an older fill
-- understood it the same stamp; that answer doesn't send a record back behind the running fill either. What was ours only is confirmed. Of
-- whom it was only told that they are gone (no `modified_at`) any answer that says so too knows more, and no other of that very stamp. An answer
-- of a fill still further back may be another org's, and nothing of it is taken (book-part.sql).
with ours as (
  select from book_kinds where org = $1 and kind = $2 and fill <= $3 + 1 for key share
), given as (
  select x.* from ours, jsonb_to_recordset($4) as x(id text, name text, company text, owner_id text, email text, account_id text, contact_id text,
    status text, active_on date, closed boolean, code text, parent_id text, is_primary boolean, state text, into_id text, into_account text, stamp text, modified_at_ms float8)
), saved as (
  insert into book_records as b (org, id, kind, name, company, owner_id, email, account_id, contact_id, status, active_on, closed, code, parent_id, is_primary, state, into_id, into_account, stamp, modified_at, fill)
  select $1, id, $2, name, company, owner_id, email, account_id, contact_id, status, active_on, closed, code, parent_id, is_primary, state, into_id, into_account, stamp, to_timestamp(modified_at_ms / 1000), $3
  from given order by id
  on conflict (org, id) do update set kind = excluded.kind, name = excluded.name, company = excluded.company, owner_id = excluded.owner_id, email = excluded.email,
    account_id = excluded.account_id, contact_id = excluded.contact_id, status = excluded.status, active_on = excluded.active_on, closed = excluded.closed,
    code = excluded.code, parent_id = excluded.parent_id, is_primary = excluded.is_primary, state = excluded.state, into_id = excluded.into_id,
    into_account = excluded.into_account, stamp = greatest(b.stamp, excluded.stamp), modified_at = excluded.modified_at, fill = greatest(b.fill, excluded.fill), ours_at = null
  where b.stamp is null or b.stamp < excluded.stamp
    or case when b.state = 'gone' and b.modified_at is null then excluded.state = 'gone' else b.stamp = excluded.stamp and b.fill <= excluded.fill end
  returning b.record, b.id, b.contact_id, b.state
), numbers as (
  select s.record, n.number_key, n.field, max(n.extension) as extension
  from jsonb_to_recordset($5) as n(id text, number_key text, field text, extension text) join saved s using (id) group by 1, 2, 3
), refused as (
  select distinct on (s.record, n.field) s.record, n.field, n.written, n.because
  from jsonb_to_recordset($6) as n(id text, field text, written text, because text) join saved s using (id) order by s.record, n.field
), lost as (
  delete from book_numbers b using saved s where b.record = s.record
    and not exists (select 1 from numbers n where n.record = b.record and n.number_key = b.number_key and n.field = b.field)
  returning b.record, b.number_key
), forgotten as (
  -- whom people chose for a number is no habit any more once that record has another one (DP-24)
  insert into forgotten_choices (org, number_key, forgotten_at)
  select distinct $1, l.number_key, cb_now() from lost l join saved s using (record)
  where s.state = 'there' and not exists (select 1 from numbers n where n.record = l.record and n.number_key = l.number_key)
    and exists (
      select 1 from calls c where c.org = $1 and c.number_key = l.number_key and c.told -> 'linked' is not null
        and array[left(c.told #>> '{linked,who,id}', 15), left(c.told #>> '{linked,what,id}', 15)] && array[left(s.id, 15), left(s.contact_id, 15)]
    )
  on conflict (org, number_key) do update set forgotten_at = excluded.forgotten_at
), mended as (
  delete from book_unmatchable b using saved s where b.org = $1 and b.record = s.record
    and not exists (select 1 from refused n where n.record = b.record and n.field = b.field)
), told as (
  insert into book_unmatchable (org, record, field, written, because) select $1, record, field, written, because from refused
  on conflict (org, record, field) do update set written = excluded.written, because = excluded.because
), found as (
  insert into book_numbers (org, number_key, record, field, extension) select $1, number_key, record, field, extension from numbers
  on conflict (org, number_key, record, field) do update set extension = excluded.extension where book_numbers.extension is distinct from excluded.extension
), older as (
  update book_records b set fill = $3 from given g where b.org = $1 and b.id = g.id and b.fill < $3 and b.stamp > g.stamp
)
select count(*)::int as saved from saved
