-- The team an agent works in, whose settings are theirs. A row may say just that: then the agent's own words say who they are in the CRM.
alter table people add team text;
alter table people drop constraint people_check;
alter table people add check (crm_user is null or email is null), add check (num_nonnulls(crm_user, email, team) > 0);

-- Who the users of the CRM are besides, where we may see it, and whether they have our permission set.
alter table crm_users add federation_id text, add employee_number text, add permitted boolean;
-- Queues of the CRM that take tasks or leads; null until they were read.
alter table org_facts add queues jsonb;

-- Who works here: the directory. What they are is checked before it comes here (wire/people.ts); the code is theirs in every list of the company.
create table agents (
  org int not null references orgs,
  code text not null,
  entry jsonb not null,
  primary key (org, code)
);
-- Lines, groups and queues of the phone system, by its own ids: what each is. What is done with their calls is the policy's.
create table lines (
  org int not null references orgs,
  line text not null,
  entry jsonb not null,
  primary key (org, line)
);
