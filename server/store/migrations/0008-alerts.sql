-- What isn't well, from when it was first found until it is over (server/notify/alerts.ts). One row is one trouble.
create table alerts (
  alert bigint generated always as identity primary key,
  org int not null references orgs,
  key text not null,
  level text not null check (level in ('warn', 'bad')),
  words text not null,
  since timestamptz not null,
  began_at timestamptz, -- null: it may still pass by itself, and nobody was told
  well_since timestamptz,
  ended_at timestamptz,
  -- What the address for alerts has taken: nothing, the beginning, the end.
  told text check (told in ('began', 'ended')),
  told_at timestamptz,
  tries int not null default 0,
  try_after timestamptz not null default cb_now(),
  trouble text
);
create unique index alerts_open on alerts (org, key) where ended_at is null;
create index alerts_untold on alerts (try_after) where began_at is not null and (told is null or (ended_at is not null and told = 'began'));
create index alerts_ended on alerts (ended_at) where ended_at is not null;
