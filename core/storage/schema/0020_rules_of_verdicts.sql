-- Stored clicks can be judged again when the rules have changed, so each says by which rules it was judged.

-- A version of the rules: the list of crawlers and the networks, as they were configured.
create table click_rules (
  id            int generated always as identity primary key,
  digest        bytea not null unique check (length(digest) = 32),  -- SHA-256 of the rules
  first_used_at timestamptz not null default now()
);

alter table clicks add column rules_id int;  -- null: judged before versions were recorded

-- Runs of `click rejudge`. A run that was cut short goes on from its last click.
create table rejudgements (
  id            bigint generated always as identity primary key,
  public_id     text not null unique,          -- rej_…
  from_id       uuid not null,
  to_id         uuid not null,                 -- exclusive
  rules_id      int not null references click_rules,
  last_id       uuid,                          -- the last click that was judged: id, account and mode
  last_account  bigint,
  last_mode     smallint,
  clicks        bigint not null default 0,
  convicted     bigint not null default 0,     -- counted before, and do not now
  acquitted     bigint not null default 0,     -- the other way round
  other_reason  bigint not null default 0,     -- do not count, for another reason than before
  rejected      bigint not null default 0,     -- conversions, as are the next four
  restored      bigint not null default 0,
  attributed    bigint not null default 0,
  paid          bigint not null default 0,
  by_hand       bigint not null default 0,
  started_at    timestamptz not null default now(),
  finished_at   timestamptz
);

-- Visitors of whom it is open which click of an hour is the unique one, while a run of `click rejudge` is inside that
-- hour: the click that was has been convicted, or another one acquitted.
create table open_unique_claims (
  key     uuid primary key,                    -- as in click_uniques
  link_id bigint not null,
  visitor bytea not null
);
