-- How an org's book stands as a whole, besides what each kind says of itself.
create table books (
  org int primary key references orgs,
  left_out jsonb not null default '[]', -- [{kind, because, absent}]: kinds the policy names that can't be read
  trouble text -- why nothing of it is read on
);

-- Counted by the book's keeper when something has changed: whoever asks how the book is would count millions each time.
alter table book_kinds add column records int, add column numbers int, add column unmatchable int;
