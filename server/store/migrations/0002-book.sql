-- The book: every number in the org and whose it is, so that who calls is known without asking Salesforce (B1).

-- How far each kind of record has been read.
create table book_kinds (
  org int not null references orgs,
  kind text not null,
  basis text not null, -- what was read and how it was understood: fields and country; another one wants a new fill
  fill int not null default 1, -- the running fill, or the last
  after_id text, -- the running fill stands here
  begun_at timestamptz not null default cb_now(),
  filled_at timestamptz, -- null: this basis has never been read to its end
  expected int, -- how many records there are, about
  read int not null default 0,
  stamp text, -- changes have been read up to this place
  stamp_id text not null default '',
  overlap jsonb, -- from where they are read once more, since what a long transaction changed appears late (server/book/overlap.ts)
  polled_at timestamptz,
  trouble text, -- why it can't be read, or goes on no more
  primary key (org, kind)
);

-- A record with numbers. Rows of ours not yet seen by a poll have no stamp: `ours_at` keeps a fill that began before from removing them.
create table book_records (
  org int not null,
  record bigint generated always as identity,
  id text not null,
  kind text not null,
  name text not null,
  company text,
  owner_id text,
  email text,
  account_id text,
  contact_id text,
  status text,
  state text not null check (state in ('there', 'converted', 'gone')),
  into_id text,
  into_account text,
  stamp text,
  modified_at timestamptz,
  fill int not null,
  ours_at timestamptz,
  primary key (org, id)
) with (fillfactor = 80);
create unique index book_records_record on book_records (record);
create index book_records_sweep on book_records (org, kind, fill);

-- `number_key`: E.164, or `~` and the last digits where the country isn't known.
create table book_numbers (
  org int not null,
  number_key text not null,
  record bigint not null,
  field text not null,
  extension text,
  primary key (org, number_key, record, field)
);
create index book_numbers_record on book_numbers (record);

-- What stands in a phone field and can never match anybody: a report for the Salesforce admin.
create table book_unmatchable (
  org int not null,
  record bigint not null,
  field text not null,
  written text not null,
  because text not null,
  primary key (org, record, field)
);

-- Calls matched before the book was complete: told once more when it is.
create index calls_unsure on calls (org, id) where pinned -> 'match' ->> 'unsure' = 'true';

alter table book_records set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
alter table book_numbers set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
