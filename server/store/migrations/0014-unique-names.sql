-- W8: since when names are unique in an org. Written when the unique field was first seen there, taken back by uninstalling it. While it stands,
-- nothing is written by anything weaker: who loses sight of the field would write calls twice without a word.
alter table org_facts add unique_since timestamptz;
