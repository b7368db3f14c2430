select c.org, c.id, c.connection, n.source, c.external_id, c.incarnation, c.version, c.pinned, c.wants_person, c.person_generation,
  extract(epoch from c.heard_at) * 1000 as heard_at_ms, extract(epoch from c.rules_at) * 1000 as rules_at_ms
from calls c join connections n on n.org = c.org and n.connection = c.connection
where c.due <= cb_now() and ($2::bigint[] is null or c.id = any($2))
order by c.due
limit $1
for update of c skip locked
