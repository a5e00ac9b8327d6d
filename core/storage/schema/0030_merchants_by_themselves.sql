-- Somebody has registered as a merchant and has yet to show, by the link of a mail, that the address is theirs. Of the
-- token the SHA-256 is kept; there is none until the mail is sent. One for each address.
create table registrations (
  id            bigint generated always as identity primary key,
  email         text not null,
  name          text not null,
  company       text not null,                 -- the account's name to be
  password_hash text not null,                 -- Argon2id, encoded; of the user to be
  token_hash    bytea unique,
  expires_at    timestamptz not null
);
create unique index registrations_email on registrations (lower(email));
create index on registrations (expires_at);

-- A link by which a dashboard user sets a new password; of its token the SHA-256 is kept. Used or replaced, its row goes.
create table dashboard_password_resets (
  token_hash bytea primary key,
  user_id    bigint not null unique references dashboard_users,
  expires_at timestamptz not null
);
