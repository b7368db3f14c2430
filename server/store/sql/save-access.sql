-- What the org said. Gives what is news.
with given as (
  select * from unnest($2::text[], $3::text[], $4::boolean[]) as x(recipient, record, allowed)
), known as (
  select a.recipient, a.record, a.allowed from access a join given g using (recipient, record) where a.org = $1 and a.checked_at is not null
), saved as (
  insert into access (org, recipient, record, allowed, checked_at) select $1, recipient, record, allowed, cb_now() from given order by recipient, record
  on conflict (org, recipient, record) do update set allowed = excluded.allowed, checked_at = excluded.checked_at
  returning recipient, record, allowed
)
select s.recipient, s.record from saved s left join known k using (recipient, record) where k.allowed is distinct from s.allowed
