-- How a topic stands: up to where it has been heard, and whether it is. A place that isn't told stays.
insert into book_topics (org, topic, kinds, place, since, because, said) values ($1, $2, $3, $4, case when $5::text is null then cb_now() end, $5, $6)
on conflict (org, topic) do update set kinds = excluded.kinds, place = case when $7 then excluded.place else book_topics.place end,
  since = case when excluded.since is null then null else coalesce(book_topics.since, excluded.since) end,
  because = excluded.because, said = excluded.said
