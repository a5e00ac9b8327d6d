-- One model for all four dialects: an account speaks one dialect; a campaign is Selgeo's program, AffSpace's and
-- Affily's offer, BaClique's campaign; an affiliate is Selgeo's partner. What the dialects do differently is a value
-- (rounding, duplicate scope, precedence, windows), never a table.

create table settings (
  key   text primary key,
  value text not null
);
comment on table settings is 'database identity, recovery epoch, the edges'' shared secrets; written once at migration';

create table accounts (
  id            bigint generated always as identity primary key,
  public_id     text not null unique,
  dialect       text not null check (dialect in ('baclique', 'selgeo', 'affspace', 'affily')),
  name          text not null check (length(name) between 1 and 200),
  contact_email text,
  plan          text not null default 'pro' check (plan in ('free', 'pro')),
  status        text not null default 'active' check (status in ('active', 'suspended', 'closed')),
  link_host     text not null,                 -- where its codes live, lower case
  currency      char(3) not null default 'EUR',
  time_zone     text not null default 'UTC',
  policy        jsonb not null default '{}',   -- overrides of the dialect's policy values (core/domain/policy.h)
  created_at    timestamptz not null default now(),
  version       bigint not null default 1
);

-- A key's value is shown once and never stored: hash is its SHA-256. An imported key keeps the customer's own value.
create table api_keys (
  id         bigint generated always as identity primary key,
  public_id  text not null unique,
  account_id bigint not null references accounts,
  kind       text not null check (kind in ('public', 'secret')),
  mode       text not null check (mode in ('live', 'test')),
  name       text not null default '',
  shown      text not null,                    -- prefix and last four characters, for lists
  hash       bytea not null unique,
  limits     jsonb not null default '{}',      -- zone → requests per minute; absent: the dialect's documented figure
  imported   boolean not null default false,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  version    bigint not null default 1
);
create index on api_keys (account_id);

create table campaigns (
  id                   bigint generated always as identity primary key,
  public_id            text not null unique,   -- cmp_…, prg_… or off_…
  account_id           bigint not null references accounts,
  mode                 text not null default 'live' check (mode in ('live', 'test')),
  code                 text,                   -- AffSpace's offer code; unique per account, any case
  slug                 text not null,
  name                 text not null check (length(name) between 1 and 200),
  status               text not null default 'active'
                       check (status in ('draft', 'active', 'paused', 'archived', 'deleted')),
  model                text not null default 'cpa' check (model in ('cpa', 'cps', 'revshare')),
  currency             char(3),                -- null: the conversion's own (BA-8)
  target_url           text not null,
  fallback_url         text,
  expires_at           timestamptz,
  click_parameter      text,                   -- null: the dialect's
  visibility           text not null default 'public' check (visibility in ('public', 'private')),
  attribution_window_s bigint check (attribution_window_s >= 1),  -- null: no limit
  hold_s               bigint not null default 0 check (hold_s >= 0),
  auto_approve         boolean not null default true,             -- when the hold has passed
  precedence           text not null default 'click' check (precedence in ('click', 'code')),
  budget_minor         bigint check (budget_minor >= 0),          -- of commissions; null: none
  customer_limit       int not null default 1 check (customer_limit >= 0),  -- conversions per customer and goal under
  click_limit          int not null default 1 check (click_limit >= 0),     -- CPA, and per click; 0: no limit
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),
  version              bigint not null default 1
);
create unique index campaigns_code on campaigns (account_id, lower(code)) where code is not null;
create unique index campaigns_slug on campaigns (account_id, slug);
create index on campaigns (account_id, created_at desc);

-- Terms are never changed, only succeeded: a conversion freezes the row that was in force when it arrived.
create table terms (
  id           bigint generated always as identity primary key,
  campaign_id  bigint not null references campaigns,
  goal         text not null default '',       -- '': every goal without terms of its own
  kind         text not null check (kind in ('fixed', 'percentage')),
  amount_minor bigint check (amount_minor >= 0),                  -- fixed, in the campaign's currency
  percent      numeric(9, 6) check (percent between 0 and 100),   -- percentage, exact
  tiers        jsonb,                          -- [{"from": conversions, "amount_minor"|"percent": …}], ascending
  created_at   timestamptz not null default now(),
  ended_at     timestamptz,
  check ((kind = 'fixed') = (amount_minor is not null)),
  check ((kind = 'percentage') = (percent is not null))
);
create unique index on terms (campaign_id, goal) where ended_at is null;

create table affiliates (
  id         bigint generated always as identity primary key,
  public_id  text not null unique,             -- aff_…
  account_id bigint not null references accounts,
  mode       text not null default 'live' check (mode in ('live', 'test')),
  email      text not null,
  name       text not null default '',
  status     text not null default 'active' check (status in ('active', 'suspended', 'erased')),
  created_at timestamptz not null default now(),
  version    bigint not null default 1
);
create unique index affiliates_email on affiliates (account_id, mode, lower(email));

create table enrolments (
  id           bigint generated always as identity primary key,
  campaign_id  bigint not null references campaigns,
  affiliate_id bigint not null references affiliates,
  status       text not null default 'active'
               check (status in ('pending', 'active', 'rejected', 'suspended', 'removed')),
  code         text not null,                  -- as given; folded and unique in links
  joined_at    timestamptz not null default now(),
  removed_at   timestamptz,
  version      bigint not null default 1,
  unique (campaign_id, affiliate_id)
);
create index on enrolments (affiliate_id);
create unique index enrolments_code on enrolments (campaign_id, lower(code));

create table invites (
  id          bigint generated always as identity primary key,
  campaign_id bigint not null references campaigns,
  email       text not null,
  token_hash  bytea not null unique,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  voided_at   timestamptz,
  accepted_at timestamptz
);
create index on invites (campaign_id, lower(email));

create table links (
  id           bigint generated always as identity primary key,
  public_id    text not null unique,           -- lnk_…
  account_id   bigint not null references accounts,
  mode         text not null default 'live' check (mode in ('live', 'test')),
  host         text not null,                  -- lower case, without port
  code         text not null,                  -- as given
  code_fold    text not null,                  -- lower case
  campaign_id  bigint not null references campaigns,
  affiliate_id bigint references affiliates,   -- null: the merchant's own link
  target_url   text,                           -- null: the campaign's
  status       text not null default 'active' check (status in ('active', 'paused', 'archived', 'deleted')),
  expires_at   timestamptz,
  fallback_url text,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  version      bigint not null default 1
);
create unique index links_host_code on links (code_fold, host) where status <> 'deleted';
create index on links (campaign_id, affiliate_id);
create index on links (affiliate_id);

create table promo_codes (
  id           bigint generated always as identity primary key,
  public_id    text not null unique,           -- prm_…
  account_id   bigint not null references accounts,
  mode         text not null check (mode in ('live', 'test')),
  code         text not null,
  code_fold    text not null,
  campaign_id  bigint not null references campaigns,
  affiliate_id bigint not null references affiliates,
  status       text not null default 'active' check (status in ('active', 'disabled')),
  created_at   timestamptz not null default now(),
  unique (account_id, mode, code_fold)
);

-- Who changed what, when and why. Rows are only ever added.
create table audit (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default now(),
  account_id  bigint references accounts,
  actor       text not null,                   -- "cli:<user>", "api:<key public id>", "upkeep", "ingest"
  action      text not null,                   -- "campaign.create", "conversion.approve", …
  subject     text not null,                   -- public id
  reason      text not null default '',
  details     jsonb not null default '{}'
);
create index on audit (subject, id);
create index on audit (account_id, id);
