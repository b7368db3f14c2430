-- A number may become a person account, too.
alter table persons drop constraint persons_kind_check;
alter table persons add check (kind in ('lead', 'contact', 'account', 'person-account'));
