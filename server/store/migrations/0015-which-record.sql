-- The day of a record's last activity, as the CRM said when it was last read: one of the ways to tell which of several is meant (AC-17).
alter table book_records add active_on date;

-- The objects an activity may be about, as the org says: a record of another one can't be what a call is about (MT-17).
alter table org_facts add related_to text[];

-- Numbers of which people said that whom they chose for them is to be forgotten (DP-24): what was chosen before then is no habit any more.
create table forgotten_choices (
  org int not null references orgs,
  number_key text not null,
  forgotten_at timestamptz not null,
  delete_after timestamptz,
  primary key (org, number_key)
);
