-- Webhooks: whom an account wants told of its events, what is told, and every attempt to tell it.

create table webhook_endpoints (
  id                bigint generated always as identity primary key,
  public_id         text not null unique,      -- whk_…
  account_id        bigint not null references accounts,
  mode              text not null check (mode in ('live', 'test')),
  url               text not null,
  description       text not null default '',
  events            text[] not null default '{}',  -- the dialect's own names; none: every event
  sealed_secret     bytea not null,            -- encrypted with the configuration's secrets_key
  status            text not null default 'active' check (status in ('active', 'disabled', 'deleted')),
  disabled_reason   text,                      -- by_hand, gone, failures, backlog
  failures_in_row   int not null default 0,    -- attempts that failed since the last one that succeeded
  paused_until      timestamptz,               -- while it fails: no attempt before
  created_at        timestamptz not null default now(),
  disabled_at       timestamptz
);
create index on webhook_endpoints (account_id, mode) where status <> 'deleted';

-- An event as one dialect tells it. The body is the same at every attempt and for every endpoint; only the signature
-- is made anew.
create table webhook_events (
  id         bigint generated always as identity primary key,
  public_id  text not null unique,             -- evt_…, the id that receivers know repetitions by
  account_id bigint not null references accounts,
  mode       text not null check (mode in ('live', 'test')),
  type       text not null,                    -- the dialect's name
  subject    text not null,                    -- public id
  body       text not null,                    -- JSON
  created_at timestamptz not null default now()
);

-- One event on its way to one endpoint. Taking a delivery moves next_attempt_at past the longest possible attempt, so
-- that a delivery whose process died is taken again; nobody holds a lock while a receiver answers.
create table webhook_deliveries (
  id              bigint generated always as identity primary key,
  public_id       text not null unique,        -- whd_…
  event_id        bigint not null references webhook_events on delete cascade,
  endpoint_id     bigint not null references webhook_endpoints,
  status          text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed', 'cancelled')),
  is_test         boolean not null default false,  -- a ping: tried once, whatever state the endpoint is in
  attempts        int not null default 0,      -- begun, in all
  attempts_before int not null default 0,      -- of these, before it was last sent again by hand
  next_attempt_at timestamptz not null default now(),
  finished_at     timestamptz
);
create index on webhook_deliveries (endpoint_id, next_attempt_at) where status = 'waiting' and not is_test;
create index on webhook_deliveries (next_attempt_at) where status = 'waiting' and is_test;
create index on webhook_deliveries (endpoint_id, id desc);
create index on webhook_deliveries (event_id);

create table webhook_attempts (
  delivery_id bigint not null references webhook_deliveries on delete cascade,
  number      int not null,                    -- from 1
  started_at  timestamptz not null,
  duration_us bigint not null,
  status      int,                             -- of HTTP; null: no answer came
  error       text,                            -- a stable word; null: it succeeded
  primary key (delivery_id, number)
);
