-- One page of an org's calls: what was found in the org that was connected before, or chosen there by a person, is not what they are decided
-- with when they are told again. One that is being told is waited for. Rows are locked in id order (E2).
with page as (
  select id from calls where org = $1 and id > $2 order by id limit $3 for update
), parted as (
  update calls c set pinned = null, wants_person = false, person_generation = null, told = c.told - 'linked' from page p
  where c.org = $1 and c.id = p.id and (c.pinned is not null or c.wants_person or c.told -> 'linked' is not null)
)
select max(id)::text as last from page
