-- DP-08: a call is decided by the version of the policy that was in force when it ended, or, if somebody asked for later rules, then.
alter table calls add column rules_at timestamptz;
