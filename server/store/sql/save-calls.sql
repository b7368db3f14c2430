-- Gives what each was part of before: who moves on to another call is to be told so there (C2); and who no longer wants a record made.
update calls c set
  version = x.version, told = x.told, pinned = x.pinned, verdict = x.verdict, trouble = null, part_of = x.part_of,
  started_at = to_timestamp(x.started_at_ms / 1000), ended_at = to_timestamp(x.ended_at_ms / 1000),
  number_key = x.number_key, talked_at = to_timestamp(x.talked_at_ms / 1000), open_until = to_timestamp(x.open_until_ms / 1000), wants_person = x.person_generation is not null, person_generation = coalesce(x.person_generation, c.person_generation), due = to_timestamp(x.next_due_ms / 1000)
from jsonb_to_recordset($1) as x(org int, id bigint, version int, told jsonb, pinned jsonb, verdict jsonb, part_of bigint,
  started_at_ms float8, ended_at_ms float8, number_key text, talked_at_ms float8, open_until_ms float8, person_generation int, next_due_ms float8)
join calls former on former.org = x.org and former.id = x.id
where c.org = x.org and c.id = x.id
returning c.org, c.id, c.part_of, former.part_of as former_part_of, former.wants_person as wanted_person, c.wants_person, former.number_key as former_number, c.number_key
