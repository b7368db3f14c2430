-- Held to the end of the transaction, in one order.
select pg_advisory_xact_lock(key) from (
  select distinct hashtextextended(number_key, org) as key from unnest($1::int[], $2::text[]) as x(org, number_key) order by key
) keys
