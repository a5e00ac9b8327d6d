-- Disputes of conversions and of payments, what was paid out by time, and the deposit to which a ledger entry belongs.

-- A disputed conversion is decided by the operator alone. `review` holds one for any person who may decide it.
alter table conversions add column disputed boolean not null default false;
update conversions c set disputed = true
 where review and status = 'pending'
   and exists (select 1 from audit a where a.action = 'conversion.dispute' and a.subject = c.public_id);

-- No foreign key: bookings write entries too often for it, and the verification compares both tables.
alter table ledger_entries add column deposit_id bigint;
update ledger_entries e set deposit_id = d.id from deposits d
 where e.conversion_id is null and e.account_id = d.account_id
   and e.memo in ('deposit ' || d.public_id || ' received', 'deposit ' || d.public_id || ' refunded');
create index on ledger_entries (deposit_id) where deposit_id is not null;

-- Commissions that were paid out, less what was taken back of them, by the quarter of an hour of the payout. Kept by
-- triggers in the transaction that changes the conversion.
create table payout_rollups (
  account_id bigint not null,
  mode       text not null,
  currency   text not null,                    -- of the commission
  quarter    int not null,                     -- of paid_at
  shard      smallint not null,                -- so that two payouts do not wait for each other's commit
  paid_minor bigint not null default 0,
  primary key (account_id, mode, currency, quarter, shard)
);

-- A changed row is taken off as it was and counted as it is.
create function roll_up_payout() returns trigger language plpgsql as $$
declare
  one conversions;
  factor int;
begin
  foreach factor in array array[-1, 1] loop
    one := case when factor = -1 then old else new end;
    continue when one.paid_at is null or one.commission_currency is null;
    insert into payout_rollups as r (account_id, mode, currency, quarter, shard, paid_minor)
    values (one.account_id, one.mode, one.commission_currency, quarter_of(one.paid_at),
            (pg_backend_pid() % 32)::smallint, factor * (one.commission_minor - one.reversed_minor))
    on conflict (account_id, mode, currency, quarter, shard) do update set paid_minor = r.paid_minor + excluded.paid_minor;
  end loop;
  return null;
end $$;
create trigger roll_up_payout_new after insert on conversions for each row when (new.paid_at is not null)
  execute function roll_up_payout();
create trigger roll_up_payout after update of paid_at, commission_minor, reversed_minor, commission_currency on conversions
  for each row when (old.paid_at is not null or new.paid_at is not null) execute function roll_up_payout();

insert into payout_rollups (account_id, mode, currency, quarter, shard, paid_minor)
select account_id, mode, commission_currency, quarter_of(paid_at), 0, sum(commission_minor - reversed_minor)::bigint
  from conversions where paid_at is not null and commission_currency is not null group by 1, 2, 3, 4;
drop index conversions_account_id_mode_paid_at_idx;

-- A payment provider speaks of a dispute by the payment's id, so that of each payment is kept.
alter table payment_notices add column payment text;
create index on payment_notices (method, payment) where payment is not null;
alter table payment_notices drop constraint payment_notices_event_check;
alter table payment_notices add constraint payment_notices_event_check
  check (event in ('paid', 'failed', 'expired', 'refunded', 'disputed', 'dispute_won', 'dispute_lost'));

-- Payments that their payers' banks dispute. What a dispute has taken is part of the deposit's refunded_minor, until
-- the dispute is won.
create table payment_disputes (
  method       text not null,
  dispute_id   text not null,                  -- the provider's
  deposit_id   bigint not null references deposits,
  amount_minor bigint not null,                -- of the dispute
  taken_minor  bigint not null check (taken_minor >= 0),   -- so much of it has left the deposit
  status       text not null check (status in ('open', 'won', 'lost')),
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  primary key (method, dispute_id)
);
create index on payment_disputes (deposit_id);
