-- What is over: screens that are further behind reload; sign-ins and sessions that ended.
with a as (delete from stream where told_at < cb_now() - $1 * interval '1 millisecond' returning 1),
  b as (delete from sign_ins where expires_at < cb_now() - interval '1 day'),
  c as (delete from sessions where expires_at < cb_now())
select count(*) from a
