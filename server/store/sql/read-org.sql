select o.name, o.uid, o.mode, p.document as policy, p.version as policy_version, f.self_user
from orgs o
left join lateral (select document, version from policies where org = o.org order by version desc limit 1) p on true
left join org_facts f on f.org = o.org
where o.org = $1
