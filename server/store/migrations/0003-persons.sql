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
create index calls_want_person on calls (org, number_key) where wants_person;

-- Minted once, and part of the names of these records (W1). A copy of an installation keeps it: give the copy another before it writes.
alter table orgs add column uid text not null default gen_random_uuid();
