-- Clicks are partitioned by time through their id (UUIDv7), so that a retry across midnight still meets its twin;
-- retention drops a partition. Partitions are made by upkeep: clicks_YYYYMMDD, from the retention limit to tomorrow.

create table streams (
  id          bigint generated always as identity primary key,
  incarnation bytea not null unique check (length(incarnation) = 16),
  edge        text not null,
  edge_number int not null,
  position    bigint not null default 0,       -- every click up to this number is stored; compare-and-set
  resend_nonce bigint not null default 0,
  head        bigint not null default 0,       -- last heard
  ended       boolean not null default false,
  retired_at  timestamptz,                     -- by the operator, or by silence: nobody waits for it any more
  started_at  timestamptz not null default now(),
  heard_at    timestamptz not null default now(),
  voided      bigint not null default 0,       -- numbers that the edge declared void
  dead        bigint not null default 0,
  duplicates  bigint not null default 0
);

create table clicks (
  id           uuid not null,
  account_id   bigint not null,
  mode         smallint not null,              -- 0 live, 1 test
  received_at  timestamptz not null,           -- by the edge's clock
  campaign_id  bigint not null,
  affiliate_id bigint,
  link_id      bigint not null,
  key_id       bigint,
  verdict      int not null,                   -- bits of proto/wire/click.h; 0: counts
  is_unique    boolean not null,               -- first net click of this visitor on this link in this UTC hour
  source       smallint not null,
  visitor      bytea,
  ip           bytea,                          -- 4 or 16 bytes, truncated by default
  user_agent   text,
  referrer     text,
  landing      text,
  sub1 text, sub2 text, sub3 text, sub4 text, sub5 text,
  utm          jsonb,
  params       jsonb,
  stream_id    bigint not null,
  number       bigint not null,
  primary key (id, account_id, mode)
) partition by range (id);

-- The same id with another link or affiliate: kept, counted, and conversions on it are held for review.
create table click_conflicts (
  id           uuid not null,
  account_id   bigint not null,
  mode         smallint not null,
  campaign_id  bigint not null,
  affiliate_id bigint,
  link_id      bigint not null,
  received_at  timestamptz not null,
  stream_id    bigint not null,
  number       bigint not null,
  primary key (stream_id, number)
);
create index on click_conflicts (id);

-- Which visitor has been counted on which link in which hour: four bytes of the UTC hour of the click's id (so that
-- retention deletes a range), twelve of a hash of link and visitor.
create table click_uniques (
  key uuid primary key
);

-- Per stream, so that ingest owners never contend; summed on read.
create table click_rollups (
  stream_id    bigint not null,
  day          date not null,                  -- UTC day of the click's id
  account_id   bigint not null,
  mode         smallint not null,
  campaign_id  bigint not null,
  affiliate_id bigint not null,                -- 0: none
  link_id      bigint not null,
  gross        bigint not null default 0,
  net          bigint not null default 0,
  uniques      bigint not null default 0,
  primary key (stream_id, day, campaign_id, affiliate_id, link_id)
);
create index on click_rollups (campaign_id, affiliate_id, day);

-- The same per campaign: what an account's statistics read, however many links it has.
create table campaign_rollups (
  stream_id    bigint not null,
  day          date not null,
  account_id   bigint not null,
  mode         smallint not null,
  campaign_id  bigint not null,
  gross        bigint not null default 0,
  net          bigint not null default 0,
  uniques      bigint not null default 0,
  primary key (stream_id, day, campaign_id)
);
create index on campaign_rollups (account_id, mode, day);

-- What could not be stored, bytes and all. Replayed from here once the cause is mended.
create table dead_letters (
  id          bigint generated always as identity primary key,
  stream_id   bigint not null references streams,
  number      bigint not null,                 -- first click number it covers
  count       bigint not null default 1,
  reason      text not null,                   -- "time", "decode", "data:22021", "account", …
  detail      text not null default '',
  raw         bytea not null,
  created_at  timestamptz not null default now(),
  replayed_at timestamptz,
  unique (stream_id, number)
);

create table erasures (
  id         bigint generated always as identity primary key,
  visitor    bytea unique,                     -- applies to what arrives later, too
  click_id   uuid,
  created_at timestamptz not null default now()
);
