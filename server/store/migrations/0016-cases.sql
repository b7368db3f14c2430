-- Cases and opportunities a call may be about, kept in the book beside whoever has a number (docs/decisions/0036-cases.md).
alter table book_records
  add column closed boolean,
  add column code text, -- what a case is asked for by
  add column parent_id text, -- of a contact's part in an opportunity: the opportunity
  add column is_primary boolean;
create index book_records_of_contact on book_records (org, contact_id) where kind in ('case', 'opportunity-role');
create index book_records_of_account on book_records (org, account_id) where kind in ('case', 'opportunity');
create index book_records_code on book_records (org, code) where code is not null;

-- Those made for calls. `told`: what became of one is still to be told to its call, and to those that wait for it.
alter table writes add column told boolean not null default true;
create index writes_untold on writes (org, call) where not told;
create index writes_matters on writes (org, (wanted ->> 'contactId')) where role in ('case', 'opportunity');
create index calls_coming on calls (org, (pinned #>> '{matters,coming,0,name}')) where pinned #>> '{matters,coming,0,name}' is not null;
