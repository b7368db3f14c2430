-- The simulator goes through the calls of a period in the order they began (docs/decisions/0040-simulator.md).
create index calls_began on calls (org, started_at, id);
