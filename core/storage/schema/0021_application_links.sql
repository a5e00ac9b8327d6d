-- A link by which whoever runs a private campaign decides on an application; of its token the SHA-256 is kept. It shows
-- what was decided when it is opened again.
create table application_links (
  token_hash   bytea primary key,
  enrolment_id bigint not null unique references enrolments on delete cascade,
  expires_at   timestamptz not null
);
create index on application_links (expires_at);
