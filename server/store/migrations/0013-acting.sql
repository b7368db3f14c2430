-- Records are written in the name of agents who let us (DP-11).

-- As long as no agent lets us, this is the same as the integration user; orgs that are connected already stay as they are.
alter table ways_in alter column act_as set default 'agent';
alter table consents
  add column trouble jsonb, -- why nothing is written in their name: a code, and words for them and the admin
  add column proved_at timestamptz; -- when the consent was last used only to keep it alive

-- In whose name a request was sent, or why not in theirs.
alter table attempts add column in_name jsonb;
