-- Names heard with a number, from the phone system or from people: our own address book (R2). A name in the CRM goes before it.
create table address_book (
  org int not null references orgs,
  number_key text not null,
  name text not null,
  email text,
  heard_at timestamptz not null,
  delete_after timestamptz,
  primary key (org, number_key)
);

-- Whom people chose for a number: two equal choices are remembered (DP-24).
create index calls_chosen on calls (org, number_key, started_at desc) where told -> 'linked' is not null;
