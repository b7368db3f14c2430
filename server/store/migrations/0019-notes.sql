-- What agents saved: a task of its own, or words for the record of a call.
create table tasks (
  org int not null references orgs,
  id bigint generated always as identity,
  agent text not null, -- a user of the CRM
  key text not null, -- their program's own, so that saving twice is once
  asked jsonb not null, -- as it was asked for
  call bigint, -- whose record it is for; null: it is one of its own, in writes under call 0, role task and this id
  saved_at timestamptz not null default cb_now(),
  delete_after timestamptz, -- S2
  primary key (org, id),
  unique (org, agent, key)
);

-- Which calls a person has or had.
create index notices_had on notices (org, recipient, call) where kind = 'call';
