-- Under way from here on. Every version about to leave is kept until an answer tells what became of it.
with asked as (
  select * from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[]) as x(call, role, qualifier, ghost)
), locked as (
  select w.org, w.call, w.role, w.qualifier from writes w join asked x on x.call = w.call and x.role = w.role and x.qualifier = w.qualifier
  where w.org = $1 and w.state in ('due', 'uncertain', 'written', 'sending') and exists (select 1 from lanes where org = $1 and epoch = $2)
  order by w.org, w.call, w.role, w.qualifier
  for update of w
)
update writes w set state = 'sending', ghosts = case when x.ghost is null then w.ghosts else w.ghosts || x.ghost end
from locked l join asked x on x.call = l.call and x.role = l.role and x.qualifier = l.qualifier
where w.org = l.org and w.call = l.call and w.role = l.role and w.qualifier = l.qualifier
returning w.*, extract(epoch from w.since) * 1000 as since_ms, extract(epoch from w.due) * 1000 as due_ms
