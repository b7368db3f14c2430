-- How far the kinds without numbers have been read. An opportunity is known to be somebody's only by the roles of its contacts.
select x.org, x.kind, case
    when k.filled_at is not null then 'read'
    when exists (select from books b cross join jsonb_array_elements(b.left_out) l where b.org = x.org and l.value ->> 'kind' = x.kind) then 'unread'
    else 'reading' end as is
from (select org, kind from unnest((select $1::int[])) as o(org), unnest(array['case', 'opportunity', 'opportunity-role']) as n(kind)) x
left join book_kinds k on k.org = x.org and k.kind = x.kind and k.basis <> ''
