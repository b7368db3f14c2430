-- The alert whose turn it is to be sent, its beginning or its end, for as long as one try takes.
update alerts set tries = tries + 1, try_after = cb_now() + interval '1 minute'
where alert = (
  select alert from alerts
  where began_at is not null and (told is null or (ended_at is not null and told = 'began')) and try_after <= cb_now()
  order by try_after, alert for update skip locked limit 1
)
returning alert, org, (select name from orgs where orgs.org = alerts.org) as "orgName", key, level, words, tries,
  extract(epoch from since) * 1000 as "sinceMs", extract(epoch from began_at) * 1000 as "beganAtMs", extract(epoch from ended_at) * 1000 as "endedAtMs"
