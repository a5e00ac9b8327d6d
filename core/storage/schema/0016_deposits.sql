-- What merchants pay in, and what covers their commissions. A deposit is asked for, paid and perhaps refunded; its money
-- lies in the ledger's books from the moment it is paid.
create table deposits (
  id             bigint generated always as identity primary key,
  public_id      text not null unique,         -- dep_…
  account_id     bigint not null references accounts,
  mode           text not null check (mode in ('live', 'test')),
  amount_minor   bigint not null check (amount_minor > 0),
  currency       char(3) not null,
  method         text not null check (method in ('stripe', 'sunrise_pay', 'transfer', 'proforma')),
  status         text not null default 'pending_payment' check (status in ('pending_payment', 'paid', 'refunded')),
  return_url     text,
  created_at     timestamptz not null,
  expires_at     timestamptz not null,         -- afterwards only an operator confirms it, for money that came late
  paid_at        timestamptz,
  refunded_minor bigint not null default 0 check (refunded_minor between 0 and amount_minor)
);
create index on deposits (account_id, id desc);
create index on deposits (account_id, expires_at) where status = 'pending_payment';

-- Metadata is returned as it was sent: text that PostgreSQL has checked, and not taken apart.
alter table conversions alter column metadata type json using metadata::json;

-- What was paid out in a month.
create index on conversions (account_id, mode, paid_at) where paid_at is not null;
