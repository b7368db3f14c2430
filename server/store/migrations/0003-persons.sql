-- Records made for numbers nobody has. They belong to the number: whichever call wants one first decides what it is (P1).
create table persons (
  org int not null references orgs,
  number_key text not null,
  generation int not null, -- rises when the record made before was deleted by a person
  kind text not null check (kind in ('lead', 'contact', 'account')),
  name text not null, -- of its row in writes, whose call is 0
  first_call bigint not null, -- the call that wanted it first
  made_at timestamptz not null default cb_now(),
  told boolean not null default true, -- false: what became of it is still to be told to the calls that want it
  delete_after timestamptz,
  primary key (org, number_key, generation),
  unique (org, name)
);
create index persons_untold on persons (org) where not told;

-- The call hangs on the record made for its number, or would.
alter table calls add column wants_person boolean not null default false;
-- Which one it was: of a record that was deleted later, this call wants no other (P2).
alter table calls add column person_generation int;
create index calls_want_person on calls (org, number_key) where wants_person;

-- Minted once, and part of the names of these records (W1). A copy of an installation keeps it: give the copy another before it writes.
alter table orgs add column uid text not null default gen_random_uuid();

-- What a record goes on as: a converted lead as its contact, else as its account, a merged record as the one that is left; null: as nothing
-- we know. Longer chains than this are somebody's mistake.
create function book_end(in_org int, in_id text) returns bigint language sql stable as $$
  with recursive chain as (
    select b.record, b.state, b.into_id, b.into_account, 0 as step from book_records b where b.org = in_org and b.id = in_id
    union all
    select n.record, n.state, n.into_id, n.into_account, c.step + 1 from chain c
    cross join lateral (
      select b.* from book_records b where b.org = in_org and b.id in (c.into_id, c.into_account) order by b.id = c.into_id desc limit 1
    ) n
    where c.state <> 'there' and c.step < 8
  )
  select record from chain where state = 'there' order by step desc limit 1
$$;

create index attempts_of_persons on attempts (org, qualifier, id) where call = 0;
