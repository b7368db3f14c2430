-- Which user of the CRM an agent of a phone system is, where its own words don't say so (RS-44). `connection` '': on whatever phone system.
create table people (
  org int not null references orgs,
  connection text not null default '',
  agent text not null, -- as the phone system names them, or the number of the phone
  crm_user text, -- an id of the CRM
  email text,
  primary key (org, connection, agent),
  check ((crm_user is null) <> (email is null))
);

-- Phones that answered and are nobody's, so that the admin hears of them before the users do (RS-71).
create table nobodys_phones (
  org int not null references orgs,
  connection text not null,
  agent text not null,
  name text,
  email text,
  first_call bigint not null,
  heard_at timestamptz not null default cb_now(),
  primary key (org, connection, agent)
);
