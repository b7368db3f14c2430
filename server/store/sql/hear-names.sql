insert into address_book (org, number_key, name, email, heard_at)
select distinct on (x.org, x.number_key) x.org, x.number_key, x.name, x.email, to_timestamp(x.at_ms / 1000)
from jsonb_to_recordset($1) as x(org int, number_key text, name text, email text, at_ms float8) order by x.org, x.number_key, x.at_ms desc
on conflict (org, number_key) do update set name = excluded.name, email = coalesce(excluded.email, address_book.email), heard_at = excluded.heard_at
where excluded.heard_at > address_book.heard_at and (excluded.name, excluded.email) is distinct from (address_book.name, address_book.email)
