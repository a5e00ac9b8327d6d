-- A deposit may be paid on the page of a payment provider, who tells us by signed calls what came of it.
alter table deposits
  add column session     text,   -- the provider's id of its page
  add column payment_url text;   -- where that page is

-- Every call of a provider that told of a deposit of ours, once, and what it led to: also those that moved no money
-- because they did not fit, for an operator to look at.
create table payment_notices (
  method       text not null,
  notice_id    text not null,                -- the provider's
  deposit_id   bigint not null references deposits,
  event        text not null check (event in ('paid', 'failed', 'expired', 'refunded')),
  amount_minor bigint not null,
  currency     char(3),
  outcome      text not null,
  received_at  timestamptz not null,
  primary key (method, notice_id)
);
create index on payment_notices (deposit_id, received_at);
