-- What the book's reads cost, how each kind is kept fresh, and how far a fill that the org makes ready as a whole has been fetched.

-- API calls of ours, by what they were for. By the hour: an allocation is of the last 24.
create table api_calls (
  org int not null references orgs,
  hour timestamptz not null,
  purpose text not null,
  calls int not null,
  primary key (org, hour, purpose)
);
-- What the org says of its allocation, by everything that calls it: from how it grows, when it will be spent.
create table api_usage (
  org int not null references orgs,
  at timestamptz not null,
  used int not null,
  max int not null,
  primary key (org, at)
);
-- How an org's calls stand, for the book's budget and for whoever asks. Of the last 24 hours, and what is left of the hour before: rather too
-- many than too few. `busiest`: calls besides the book's, of the busiest day of the last week.
create view api_standing as
select o.org,
  (select coalesce(jsonb_object_agg(purpose, calls), '{}') from
    (select purpose, sum(calls) as calls from api_calls c where c.org = o.org and c.hour > cb_now() - interval '25 hours' group by purpose) p) as spent,
  (select coalesce(max(calls), 0)::int from
    (select sum(calls) as calls from api_calls c where c.org = o.org and purpose not in ('poll', 'fill', 'events')
      group by floor(extract(epoch from cb_now() - hour) / 86400)) d) as busiest,
  (select coalesce(sum(calls), 0)::int from api_calls c
    where c.org = o.org and purpose not in ('poll', 'fill', 'events') and c.hour > cb_now() - interval '1 hour') as last_hour,
  (select coalesce(jsonb_agg(jsonb_build_array(round(extract(epoch from at) * 1000), used, max) order by at), '[]') from api_usage u
    where u.org = o.org and at > cb_now() - interval '25 hours') as samples
from orgs o;

-- Where changes are told as they happen, and up to where they have been heard.
create table book_topics (
  org int not null references orgs,
  topic text not null,
  kinds text[] not null,
  place text, -- the replay id; null: from now on
  since timestamptz, -- they have been heard since; null: they aren't
  because text, -- why not, in a word
  said text, -- and in the org's own
  primary key (org, topic)
);

-- Work the org has under way for this fill, and the page of it that comes next.
alter table book_kinds add column job text, add column job_place text, add column job_refused text;
-- How often changes are read, and why not more often.
alter table books add column pace jsonb;
