-- When each agent and line was changed last and by whom, so that nobody saves over what they haven't seen. What is gone has its row, too; what no
-- row speaks of is as it was in version 0.
create table directory_changes (
  org int not null references orgs,
  what text not null check (what in ('agent', 'line')),
  id text not null,
  version int not null,
  by text not null,
  at timestamptz not null,
  removed boolean not null,
  primary key (org, what, id)
);
