-- All of it has been read: every kind the policy names that the org has. One that can't be read has somebody who would be taken for a stranger.
-- What is being forgotten has no basis and isn't asked for. Cases and opportunities have no numbers: nobody is missed for want of them.
select exists (select from book_kinds where org = $1 and basis <> '' and kind not in ('case', 'opportunity', 'opportunity-role'))
  and not exists (select from book_kinds where org = $1 and basis <> '' and filled_at is null and kind not in ('case', 'opportunity', 'opportunity-role'))
  and not exists (
    select from books b cross join jsonb_array_elements(b.left_out) l where b.org = $1 and l.value ->> 'absent' is distinct from 'true'
      and l.value ->> 'kind' not in ('case', 'opportunity', 'opportunity-role')
  ) as complete
