-- Fraud rules: what of a conversion lets it wait for a person (core/domain/fraud.h). 0 and false: off.
alter table campaigns
  add column fraud_self_referral  boolean not null default false,
  add column fraud_duplicate_s    bigint not null default 0 check (fraud_duplicate_s >= 0),
  add column fraud_velocity_count bigint not null default 0 check (fraud_velocity_count >= 0),
  add column fraud_velocity_s     bigint not null default 3600 check (fraud_velocity_s >= 1);
update campaigns c set fraud_self_referral = true, fraud_duplicate_s = 86400, fraud_velocity_count = 100
  from accounts a where a.id = c.account_id and a.dialect = 'selgeo';

-- The buyer's mailbox, as a keyed hash, of conversions that were checked. (What is reported again by the same click is
-- found by the click.)
alter table conversions add column buyer bytea;
create index conversions_buyer on conversions (campaign_id, buyer) where buyer is not null;

-- The caller's key of a payout: who retries with it is answered with the payout that was made.
alter table payouts add column idempotency_key text;
create unique index payouts_idempotency on payouts (account_id, mode, idempotency_key)
  where idempotency_key is not null;
