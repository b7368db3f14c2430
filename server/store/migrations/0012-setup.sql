-- What is installed in an org, and what was found when somebody looked (server/setup).

-- The last check of each org; the one before it is of no use to anybody.
create table org_checks (
  org int primary key references orgs,
  checked_at timestamptz not null default cb_now(),
  findings jsonb not null,
  installed jsonb -- null: the org couldn't be asked
);

-- Work on an org that takes longer than a request: installing, uninstalling, adding a field. Kept, so that whoever comes later sees how it ended.
create table setup_jobs (
  job bigint generated always as identity primary key,
  org int not null references orgs,
  what text not null check (what in ('install', 'uninstall', 'add-field')),
  by text not null,
  node text not null,
  -- interrupted: the server that worked on it said nothing for too long.
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'interrupted')),
  step text not null default 'begin',
  progress jsonb,
  outcome jsonb,
  trouble text,
  began_at timestamptz not null default cb_now(),
  beat_at timestamptz not null default cb_now(),
  ended_at timestamptz
);
create unique index setup_jobs_running on setup_jobs (org) where state = 'running';
create index setup_jobs_newest on setup_jobs (org, job desc);
