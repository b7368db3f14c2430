-- Trouble that goes on keeps its beginning, and so does its absence; `well` is null while nobody knows yet.
update listenings set said_at = cb_now(),
  well_since = case when $4::boolean then coalesce(well_since, cb_now()) end,
  trouble = $5::text,
  trouble_since = case when $5::text is not null then coalesce(trouble_since, cb_now()) end
where org = $1 and connection = $2 and epoch = $3
