-- People who log in: one user per e-mail address, whoever's affiliate they are. An affiliate row belongs to one account;
-- a user's affiliates are theirs in all accounts that invited them.
create table users (
  id            bigint generated always as identity primary key,
  public_id     text not null unique,          -- usr_…
  email         text not null,
  name          text not null default '',
  password_hash text not null,                 -- Argon2id, encoded; empty: cannot log in
  status        text not null default 'active' check (status in ('active', 'erased')),
  created_at    timestamptz not null default now()
);
create unique index users_email on users (lower(email));

alter table affiliates add column user_id bigint references users;
create index on affiliates (user_id) where user_id is not null;

-- Of a session's token the SHA-256 is kept.
create table sessions (
  token_hash bytea primary key,
  user_id    bigint not null references users,
  address    text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on sessions (user_id);
create index on sessions (expires_at);

-- What a person agreed to, in the words that were shown.
create table consents (
  id          bigint generated always as identity primary key,
  user_id     bigint not null references users,
  campaign_id bigint not null references campaigns,
  version     text not null,
  text        text not null,
  address     text not null,
  at          timestamptz not null default now()
);
create index on consents (user_id);

-- Tries that are limited: log-ins per address and per e-mail, tokens that nobody has. A subject is a SHA-256.
create table attempts (
  subject    bytea primary key,
  started_at timestamptz not null,
  count      bigint not null
);
create index on attempts (started_at);
