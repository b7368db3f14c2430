-- What one person was last told of one call. Told anew when it changes, and never twice (E4 numbers what they read).
create table notices (
  org int not null,
  call bigint not null,
  recipient text not null, -- a user of the CRM
  kind text not null check (kind in ('call', 'missed')),
  body jsonb not null,
  records text[] not null default '{}', -- what they may see of it is looked at again while it is live (B2)
  live boolean not null,
  told_at timestamptz not null default cb_now(),
  primary key (org, call, recipient, kind)
);
create index notices_live on notices (org, recipient) where live;

-- May this user see this record in the CRM? Asked there, and trusted for ten minutes (B2).
create table access (
  org int not null,
  recipient text not null,
  record text not null,
  allowed boolean, -- null: not asked yet
  checked_at timestamptz,
  asked_at timestamptz not null default cb_now(),
  primary key (org, recipient, record)
) with (fillfactor = 70);
create index access_unasked on access (org, asked_at) where checked_at is null;
create index access_asked on access (asked_at);
