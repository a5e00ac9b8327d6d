-- Somebody has accepted an invitation with a new password and has yet to show, by the link of a mail, that the address
-- is theirs. Of the token the SHA-256 is kept; there is none until the mail is sent. One for each invitation.
create table join_confirmations (
  id              bigint generated always as identity primary key,
  invite_id       bigint not null unique references invites,
  token_hash      bytea unique,
  name            text not null,
  password_hash   text not null,               -- Argon2id, encoded; of the account to be
  consent_version text not null,
  consent_text    text not null,
  address         text not null,
  expires_at      timestamptz not null
);
create index on join_confirmations (expires_at);
