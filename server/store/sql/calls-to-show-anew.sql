-- Calls on somebody's screen, or just missed, that show more or less to this person by what has become known. Looked at after the rows of
-- access are ours: whoever told such a call meanwhile has committed.
select distinct n.call from unnest($2::text[], $3::text[]) as x(recipient, record)
join notices n on n.org = $1 and n.recipient = x.recipient and x.record = any(n.records)
where n.live or n.kind = 'missed' and n.told_at > cb_now() - interval '1 hour'
