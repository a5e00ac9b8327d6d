-- AffSpace's callbacks, events and test sessions, and what statistics are read from.

-- A named endpoint decides what a callback is: a conversion (primary) or an event (secondary).
create table postback_endpoints (
  id          bigint generated always as identity primary key,
  public_id   text not null unique,            -- what stands in the path; with key_less it is the secret
  account_id  bigint not null references accounts,
  name        text not null default '',
  kind        text not null check (kind in ('primary', 'secondary')),
  key_less    boolean not null default false,
  goal        text,                            -- of callbacks that name none
  created_at  timestamptz not null default now(),
  disabled_at timestamptz
);
create index on postback_endpoints (account_id);

-- What each endpoint received and what became of it. Credentials are blanked before they get here.
create table postback_log (
  id            bigint generated always as identity primary key,
  endpoint_id   bigint not null references postback_endpoints,
  received_at   timestamptz not null default now(),
  method        text not null,
  parameters    text not null,
  client        text not null,
  status        int not null,
  outcome       text not null,                 -- "tracked", "duplicate_txid", an error's code, …
  message       text not null default '',
  conversion_id text,
  request_id    text not null
);
create index on postback_log (endpoint_id, id desc);
create index on postback_log (received_at);

create table events (
  id           bigint generated always as identity primary key,
  public_id    text not null unique,           -- evt_…
  account_id   bigint not null references accounts,
  mode         text not null,
  click_id     uuid not null,
  campaign_id  bigint not null references campaigns,
  affiliate_id bigint references affiliates,
  type         text not null,
  url          text,
  referrer     text,
  created_at   timestamptz not null default now()
);
create index on events (account_id, id desc);
create index on events (click_id);

create table test_sessions (
  id              bigint generated always as identity primary key,
  token           text not null unique,
  click_id        text not null unique,        -- test_…, upper case after the prefix
  account_id      bigint not null references accounts,
  campaign_id     bigint not null references campaigns,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  received_at     timestamptz,
  signature_valid boolean,
  fields_valid    boolean,
  problems        jsonb not null default '[]'  -- [{"field", "message"}]
);
create index on test_sessions (expires_at);

-- Conversions by day and state, kept by a trigger in the transaction that changes them. Spread over shards, so that two
-- conversions of one campaign do not wait for each other's commit; summed on read.
create table conversion_rollups (
  campaign_id   bigint not null,
  day           date not null,                 -- UTC day of created_at
  shard         smallint not null,
  account_id    bigint not null,
  mode          text not null,
  total         bigint not null default 0,
  approved      bigint not null default 0,     -- approved or paid
  revenue_minor bigint not null default 0,     -- sale amounts of those pending, approved or paid (AF-27)
  primary key (campaign_id, day, shard)
);
create index on conversion_rollups (account_id, mode, day);

create function roll_up_conversion() returns trigger language plpgsql as $$
declare
  shard_no smallint := (pg_backend_pid() % 32)::smallint;
begin
  if tg_op = 'UPDATE' and old.campaign_id is not null then
    insert into conversion_rollups as r (campaign_id, day, shard, account_id, mode, total, approved, revenue_minor)
    values (old.campaign_id, (old.created_at at time zone 'UTC')::date, shard_no, old.account_id, old.mode, -1,
            -(old.status in ('approved', 'paid'))::int,
            -case when old.status in ('pending', 'approved', 'paid') then coalesce(old.amount_minor, 0) else 0 end)
    on conflict (campaign_id, day, shard) do update set total = r.total + excluded.total,
      approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor;
  end if;
  if new.campaign_id is not null then
    insert into conversion_rollups as r (campaign_id, day, shard, account_id, mode, total, approved, revenue_minor)
    values (new.campaign_id, (new.created_at at time zone 'UTC')::date, shard_no, new.account_id, new.mode, 1,
            (new.status in ('approved', 'paid'))::int,
            case when new.status in ('pending', 'approved', 'paid') then coalesce(new.amount_minor, 0) else 0 end)
    on conflict (campaign_id, day, shard) do update set total = r.total + excluded.total,
      approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor;
  end if;
  return null;
end $$;
create trigger roll_up after insert or update of status, campaign_id, amount_minor on conversions
  for each row execute function roll_up_conversion();

-- The days at the ends of a range that does not begin or end at midnight are counted from rows.
create index on conversions (account_id, mode, created_at);
