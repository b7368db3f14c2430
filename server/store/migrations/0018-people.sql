-- The team an agent works in, whose settings are theirs. A row may say just that: then the agent's own words say who they are in the CRM.
alter table people add team text;
alter table people drop constraint people_check;
alter table people add check (crm_user is null or email is null), add check (num_nonnulls(crm_user, email, team) > 0);
