-- People of a merchant who log in to the dashboard's API (Selgeo). An e-mail address is one person of one account.
create table dashboard_users (
  id            bigint generated always as identity primary key,
  public_id     text not null unique,          -- mu_…
  account_id    bigint not null references accounts,
  email         text not null,
  name          text not null default '',
  password_hash text not null,                 -- Argon2id, encoded
  status        text not null default 'active' check (status in ('active', 'disabled')),
  created_at    timestamptz not null default now()
);
create unique index dashboard_users_email on dashboard_users (lower(email));
create index on dashboard_users (account_id);

-- A log-in, from the password to its end. Every refresh replaces the token of the one before; a token that comes a
-- second time has been copied, and ends the session.
create table dashboard_sessions (
  id         bigint generated always as identity primary key,
  public_id  text not null unique,             -- ses_…
  user_id    bigint not null references dashboard_users,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at   timestamptz
);
create index on dashboard_sessions (user_id) where ended_at is null;
create index on dashboard_sessions (expires_at);

-- Of the token the SHA-256 is kept.
create table refresh_tokens (
  hash       bytea primary key,
  session_id bigint not null references dashboard_sessions on delete cascade,
  created_at timestamptz not null default now(),
  used_at    timestamptz
);
create index on refresh_tokens (session_id);
