-- How Cordboard gets into each org, and who has let it in. What is secret is sealed (server/store/secrets.ts).

-- As whom, by what, since when. The settings with their secrets are in orgs.crm; without them the org is disconnected and keeps the rest.
create table ways_in (
  org int primary key references orgs,
  means text not null check (means in ('client-credentials', 'jwt', 'web')),
  login_url text not null,
  client_id text not null,
  crm_org text not null, -- the org's own id: a later sign-in must lead to the same
  crm_org_name text not null,
  crm_user text not null,
  crm_user_name text not null,
  login text not null, -- the user's name to sign in with
  host text not null,
  connected_at timestamptz not null default cb_now(),
  connected_by text not null,
  lifetime_days int, -- the app ends refresh tokens after so many days, as the admin says; null: it doesn't
  signed_in_at timestamptz, -- when the newest session came
  proved_at timestamptz, -- when a new session was last tried for, though the one in use was good
  proof_trouble jsonb, -- why none could be had then
  act_as text not null default 'integration-user' check (act_as in ('integration-user', 'agent')) -- DP-11
);

-- What a person's sign-in left behind. One row changes under a lock (server/store/vault-store.ts).
create table consents (
  org int not null references orgs,
  holder text not null, -- '': the org's own way in; else the user of the CRM who lets us act as them (DP-11)
  sealed text not null,
  version bigint not null default 1,
  given_at timestamptz not null default cb_now(),
  changed_at timestamptz not null default cb_now(),
  primary key (org, holder)
);

-- A person was sent to the CRM's page and hasn't come back. Any node may answer them.
create table askings (
  state_hash text primary key,
  org int not null references orgs,
  browser_hash text not null, -- whoever began: only their browser ends it
  what text not null check (what in ('org', 'identity', 'agent')),
  person text not null,
  sealed text not null, -- settings, verifier, where to come back
  expires_at timestamptz not null,
  used_at timestamptz
);
create index askings_over on askings (expires_at);

-- Keys for signing in unattended; the admin gives the CRM the certificate.
create table crm_keys (
  org int primary key references orgs,
  sealed text not null,
  certificate text not null,
  made_at timestamptz not null default cb_now()
);

-- A session of an agent: that user's cards and nothing of the console.
alter table sessions add column crm_user text;
