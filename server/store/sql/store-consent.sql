-- The version it replaces is the fence (E7). Sealing never gives the same text twice, so a repeated store knows its own.
update consents set version = case when sealed = $4 then version else version + 1 end, sealed = $4, changed_at = cb_now()
where org = $1 and holder = $2 and (version = $3 or sealed = $4)
returning version
