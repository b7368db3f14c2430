select o.name, o.uid, o.mode, p.document as policy, p.version as policy_version, extract(epoch from p.saved_at) * 1000 as policy_saved_at_ms, f.self_user, f.queues, f.related_to,
  (select jsonb_object_agg(c.holder, jsonb_strip_nulls(jsonb_build_object('trouble', c.trouble->>'message'))) from consents c join ways_in w on w.org = c.org and w.act_as = 'agent'
    where c.org = o.org and c.holder <> '') as lent
from orgs o
left join lateral (select document, version, saved_at from policies where org = o.org order by version desc limit 1) p on true
left join org_facts f on f.org = o.org
where o.org = $1
