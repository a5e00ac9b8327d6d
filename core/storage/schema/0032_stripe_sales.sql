-- Sales that a merchant makes by Stripe's Checkout, as Stripe's webhooks tell of them.

-- Where Stripe sends the events of one mode of an account, and the secret by which it signs them.
create table stripe_receivers (
  id            bigint generated always as identity primary key,
  public_id     text not null unique,          -- srx_…
  account_id    bigint not null references accounts,
  mode          text not null check (mode in ('live', 'test')),
  sealed_secret bytea,                         -- encrypted with the configuration's secrets_key; null: none is set yet
  created_at    timestamptz not null default now(),
  changed_at    timestamptz not null default now(),
  unique (account_id, mode)
);

-- What of Stripe's belongs to which conversion: payments, invoices, charges, sessions and subscriptions.
create table stripe_objects (
  account_id     bigint not null references accounts,
  mode           text not null check (mode in ('live', 'test')),
  object_id      text not null,                -- pi_…, in_…, ch_…, cs_…, sub_…
  conversion_id  bigint references conversions, -- of a subscription, its first; null: of nobody, or nothing is paid yet
  click_id       uuid,                         -- of a subscription that has paid nothing yet
  sold_at        timestamptz,                  -- … and when it began
  refunded_minor bigint not null default 0,    -- of a charge: all that was given back so far
  used_at        timestamptz not null default now(),
  primary key (account_id, mode, object_id)
);
create index on stripe_objects (conversion_id) where conversion_id is not null;
create index on stripe_objects (used_at) where conversion_id is null;

-- Every event that told of a sale, once, and what it led to. One that comes before what it builds on waits for it. Only
-- what is needed then is kept: no names and no addresses.
create table stripe_events (
  account_id   bigint not null references accounts,
  mode         text not null check (mode in ('live', 'test')),
  event_id     text not null,                  -- Stripe's evt_…
  kind         text not null check (kind in ('sold', 'renewed', 'refunded', 'linked')),
  object_id    text not null,
  names        text[] not null default '{}',   -- by which a later event may mean the payment
  awaits       text[] not null default '{}',   -- each of these, once known, says whose it is
  amount_minor bigint not null,
  currency     char(3),
  happened_at  timestamptz not null,
  outcome      text not null,                  -- 'waiting', or what it led to
  received_at  timestamptz not null default now(),
  primary key (account_id, mode, event_id)
);
create index on stripe_events (account_id, mode, received_at) where outcome = 'waiting';
create index on stripe_events using gin (awaits) where outcome = 'waiting';
create index on stripe_events (received_at);
