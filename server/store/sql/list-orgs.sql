select o.org, o.uid, o.name, o.mode, o.crm, f.crm_trouble as trouble,
  (o.crm is not null or f.self_user is not null or exists (select 1 from crm_users u where u.org = o.org)) as "hadCrm",
  case when w.org is not null then jsonb_build_object('means', w.means, 'loginUrl', w.login_url, 'clientId', w.client_id, 'crmOrg', w.crm_org, 'crmOrgName', w.crm_org_name,
    'crmUser', w.crm_user, 'crmUserName', w.crm_user_name, 'login', w.login, 'host', w.host, 'connectedBy', w.connected_by, 'lifetimeDays', w.lifetime_days,
    'connectedAtMs', extract(epoch from w.connected_at) * 1000, 'givenAtMs', extract(epoch from c.given_at) * 1000,
    'signedInAtMs', extract(epoch from w.signed_in_at) * 1000, 'provedAtMs', extract(epoch from w.proved_at) * 1000,
    'proofTrouble', w.proof_trouble, 'actAs', w.act_as) end as "wayIn",
  exists (select 1 from crm_users u where u.org = o.org and u.id = f.self_user
    and (u.extension is not null or exists (select 1 from people p where p.org = o.org and (p.crm_user = u.id or lower(p.email) = lower(u.email))))) as "selfIsAgent",
  (select count(*)::int from (select 1 from writes where org = o.org and state in ('due', 'uncertain') limit 100000) x) as waiting,
  (select count(*)::int from consents a where a.org = o.org and a.holder <> '' and a.trouble is null) as agents,
  (select coalesce(jsonb_agg(jsonb_build_object('name', coalesce(u.name, a.holder), 'because', a.trouble->>'message') order by u.name, a.holder), '[]') from consents a
    left join crm_users u on u.org = a.org and u.id = a.holder where a.org = o.org and a.holder <> '' and a.trouble is not null) as "agentsInTrouble"
from orgs o
left join org_facts f on f.org = o.org
left join ways_in w on w.org = o.org
left join consents c on c.org = o.org and c.holder = ''
where $1::int is null or o.org = $1
order by o.org
