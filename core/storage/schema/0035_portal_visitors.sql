-- As which visitors a user was in the portal: a click of the same visitor is their own (core/domain/fraud.h). Clicks keep
-- their visitor longer than its salt, so that these rows would go on telling whose clicks those are: they are deleted
-- with the salt of their day.
create table portal_visitors (
  user_id bigint not null references users,
  visitor bytea not null check (length(visitor) = 16),
  day     date not null references visitor_salts on delete cascade,
  seen_at timestamptz not null default now(),
  primary key (user_id, visitor)
);
create index on portal_visitors (day);
alter table portal_visitors set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
