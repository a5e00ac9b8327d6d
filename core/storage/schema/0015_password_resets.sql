-- A link by which a person sets a new password; of its token the SHA-256 is kept. Used or replaced, its row goes.
create table password_resets (
  token_hash bytea primary key,
  user_id    bigint not null unique references users,
  expires_at timestamptz not null
);
