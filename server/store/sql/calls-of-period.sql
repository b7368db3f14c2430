-- A page of the calls that began in a period, in that order. `place`: where the next page goes on.
select id, started_at::text as place from calls
where org = $1 and started_at >= to_timestamp($2::float8 / 1000) and started_at < to_timestamp($3::float8 / 1000)
  and ($4::timestamptz is null or (started_at, id) > ($4::timestamptz, $5::bigint))
order by started_at, id
limit $6
