select c.id, c.version, c.external_id, c.incarnation, c.connection, n.source
from calls c join connections n on n.org = c.org and n.connection = c.connection where c.org = $1 and c.id = $2
