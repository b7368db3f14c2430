-- All of it has been read: every kind the policy names that the org has. One that can't be read has somebody who would be taken for a stranger.
-- What is being forgotten has no basis and isn't asked for.
select exists (select from book_kinds where org = $1 and basis <> '')
  and not exists (select from book_kinds where org = $1 and basis <> '' and filled_at is null)
  and not exists (
    select from books b cross join jsonb_array_elements(b.left_out) l where b.org = $1 and l.value ->> 'absent' is distinct from 'true'
  ) as complete
