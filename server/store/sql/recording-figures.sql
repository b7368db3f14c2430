-- All rows are read once; the other figures are small and have their index.
select bytes as recording_bytes, files as recordings,
  (select count(*) from recordings where state = 'stored' and told_at is null) as recordings_untold,
  (select count(*) from recordings where state = 'stored' and damage is not null) as recordings_damaged,
  (select count(*) from recording_scraps where due <= cb_now()) as recordings_to_delete
from (select coalesce(sum(bytes), 0) as bytes, count(*) as files from recordings where state = 'stored') a
