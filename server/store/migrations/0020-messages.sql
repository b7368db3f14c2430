-- Which conversation's day a text message was first told to: told again, it stays there (AC-38).
create table messages (
  org int not null,
  connection text not null,
  message text not null, -- as the phone system named it
  call text not null, -- the external id of its conversation's day in calls
  told_at timestamptz not null default cb_now(),
  delete_after timestamptz, -- S2; its number is with the call
  primary key (org, connection, message),
  foreign key (org, connection) references connections
);
