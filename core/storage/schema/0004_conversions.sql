-- Conversions, what is owed for them, and the ledger that proves it.

create table conversions (
  id               bigint generated always as identity primary key,
  public_id        text not null unique,       -- conv_…
  account_id       bigint not null references accounts,
  mode             text not null check (mode in ('live', 'test')),
  campaign_id      bigint references campaigns,   -- null: not attributed to any
  affiliate_id     bigint references affiliates,
  click_id         uuid,                       -- as reported, resolved or not
  promo_code       text,
  affiliate_code   text,
  method           text check (method in ('click', 'promo_code', 'affiliate_code')),
  attributed       boolean not null,
  reason           text not null,              -- stable word (core/domain/attribution.h)
  explanation      text not null,
  external_id      text,
  goal             text not null default 'purchase',
  customer_id      text,
  prospect_email   text,
  amount_minor     bigint,
  currency         char(3),
  commission_minor bigint not null default 0,
  commission_currency char(3),
  terms_id         bigint references terms,    -- frozen
  terms            jsonb,                      -- the frozen values, with rounding
  status           text not null default 'pending'
                   check (status in ('pending', 'approved', 'paid', 'rejected', 'reversed')),
  review           boolean not null default false,  -- held for a person: a conflict, a late click
  unresolved_until timestamptz,                -- booked while its click may still come
  occurred_at      timestamptz,
  hold_until       timestamptz,
  created_at       timestamptz not null default now(),
  decided_at       timestamptz,
  paid_at          timestamptz,
  reversed_minor   bigint not null default 0,
  rejection_reason text,
  rejection_note   text,
  metadata         jsonb,
  request_id       text
);
create index on conversions (account_id, mode, id desc);
create index on conversions (campaign_id, affiliate_id, id desc);
create index on conversions (click_id) where click_id is not null;
create index on conversions (hold_until) where status = 'pending';
create index on conversions (unresolved_until) where unresolved_until is not null;

-- Uniqueness under concurrency: one row a claim. scope says what is unique: "txid" (per account and mode), "txid:<goal>",
-- "txid:<campaign>", "customer:<campaign>:<goal>", "click:<campaign>:<goal>"; the policy of the dialect decides.
create table conversion_claims (
  account_id    bigint not null,
  mode          text not null,
  scope         text not null,
  value         text not null,
  slot          int not null default 0,        -- for limits above one
  conversion_id bigint not null references conversions deferrable initially deferred,
  primary key (account_id, mode, scope, value, slot)
);

-- Double entry: the amounts of one transaction and currency sum to zero.
create table ledger_entries (
  id             bigint generated always as identity primary key,
  transaction_id bigint not null,
  account_id     bigint not null references accounts,
  mode           text not null,
  book           text not null,                -- "merchant:deposit", "merchant:reserved", "affiliate:<id>:pending", …
  amount_minor   bigint not null,
  currency       char(3) not null,
  conversion_id  bigint references conversions,
  memo           text not null,
  at             timestamptz not null default now()
);
create sequence ledger_transactions;
create index on ledger_entries (transaction_id);
create index on ledger_entries (account_id, book, currency);
create index on ledger_entries (conversion_id);

create function ledger_balances() returns trigger language plpgsql as $$
begin
  if exists (select 1 from ledger_entries where transaction_id = new.transaction_id
              group by currency having sum(amount_minor) <> 0) then
    raise exception 'ledger transaction % does not balance', new.transaction_id using errcode = 'P0001';
  end if;
  return null;
end $$;
create constraint trigger balances after insert on ledger_entries deferrable initially deferred
  for each row execute function ledger_balances();
