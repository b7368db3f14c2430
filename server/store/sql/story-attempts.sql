select role, qualifier, kind, sent, sent_at, answered_at, answer, wire from attempts where org = $1 and (call = $2 or call = 0 and qualifier in (
  -- what was made for its number
  select p.number_key || '/' || p.generation from calls c join persons p on p.org = c.org and p.number_key = c.number_key where c.org = $1 and c.id = $2 and c.wants_person)) order by id
