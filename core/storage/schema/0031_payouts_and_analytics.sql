-- Payouts: approved commissions of an affiliate in one currency that were paid together, less what had been paid before
-- and was reversed since.
create table payouts (
  id                bigint generated always as identity primary key,
  public_id         text not null unique,      -- po_…
  account_id        bigint not null references accounts,
  mode              text not null check (mode in ('live', 'test')),
  affiliate_id      bigint not null references affiliates,
  currency          char(3) not null,
  commissions_minor bigint not null,           -- of its conversions, when they were paid
  deducted_minor    bigint not null default 0,
  conversions       int not null,
  reference         text not null default '',  -- the merchant's, such as a bank transfer's
  created_at        timestamptz not null default now()
);
create index on payouts (account_id, mode, id desc);
create index on payouts (affiliate_id);

alter table conversions
  add column payout_id  bigint references payouts,
  add column paid_minor bigint;                -- what was paid out; null: nothing yet
create index on conversions (payout_id) where payout_id is not null;
create index conversions_payable on conversions (account_id, mode, affiliate_id) where status = 'approved';
create index conversions_owed_back on conversions (account_id, mode, affiliate_id)
  where paid_minor > commission_minor - reversed_minor;
update conversions c set paid_minor = coalesce(
  (select sum(e.amount_minor) from ledger_entries e where e.conversion_id = c.id and e.book like 'affiliate:%:paid'),
  c.commission_minor - c.reversed_minor) where c.paid_at is not null;

-- The roll-ups of conversions by affiliate, too, and with their commissions. A commission is in a currency of its own:
-- where that is not the sale's, it stands in another row.
drop trigger roll_up_new on conversions;
drop trigger roll_up_changed on conversions;
drop function roll_up_new_conversions();
drop function roll_up_changed_conversion();
truncate conversion_rollups;
alter table conversion_rollups
  drop constraint conversion_rollups_pkey,
  add column affiliate_id     bigint not null,           -- 0: none
  add column commission_minor bigint not null default 0, -- of those pending, approved or paid, less what was reversed
  add primary key (campaign_id, quarter, currency, affiliate_id, shard);

-- What one conversion adds to its rows. Volatile, for PostgreSQL 15 cannot plan it inlined.
create function roll_up_rows(c conversions)
returns table (currency text, total int, approved int, revenue_minor bigint, commission_minor bigint)
language sql volatile as $$
  select coalesce(c.currency, ''), 1, (c.status in ('approved', 'paid'))::int,
         case when c.status in ('pending', 'approved', 'paid') then coalesce(c.amount_minor, 0) else 0 end, 0::bigint
  union all
  select c.commission_currency, 0, 0, 0::bigint, c.commission_minor - c.reversed_minor
   where c.commission_currency is not null and c.status in ('pending', 'approved', 'paid')
     and c.commission_minor <> c.reversed_minor
$$;

insert into conversion_rollups (campaign_id, quarter, currency, affiliate_id, shard, account_id, mode, total, approved,
  revenue_minor, commission_minor)
select c.campaign_id, quarter_of(c.created_at), r.currency, coalesce(c.affiliate_id, 0), 0, min(c.account_id),
       min(c.mode), sum(r.total), sum(r.approved), sum(r.revenue_minor), sum(r.commission_minor)
  from conversions c cross join lateral roll_up_rows(c) r where c.campaign_id is not null group by 1, 2, 3, 4;

-- Rows are inserted in the order of the key, so that two statements cannot lock each other.
create function roll_up_new_conversions() returns trigger language plpgsql as $$
begin
  insert into conversion_rollups as r (campaign_id, quarter, currency, affiliate_id, shard, account_id, mode, total,
    approved, revenue_minor, commission_minor)
  select c.campaign_id, quarter_of(c.created_at), x.currency, coalesce(c.affiliate_id, 0),
         (pg_backend_pid() % 32)::smallint, min(c.account_id), min(c.mode), sum(x.total), sum(x.approved),
         sum(x.revenue_minor), sum(x.commission_minor)
    from added c cross join lateral (
      select coalesce(c.currency, '') as currency, 1 as total, (c.status in ('approved', 'paid'))::int as approved,
             case when c.status in ('pending', 'approved', 'paid') then coalesce(c.amount_minor, 0) else 0 end
               as revenue_minor, 0::bigint as commission_minor
      union all
      select c.commission_currency, 0, 0, 0, c.commission_minor - c.reversed_minor
       where c.commission_currency is not null and c.status in ('pending', 'approved', 'paid')
         and c.commission_minor <> c.reversed_minor) x
   where c.campaign_id is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
  on conflict (campaign_id, quarter, currency, affiliate_id, shard) do update set total = r.total + excluded.total,
    approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor,
    commission_minor = r.commission_minor + excluded.commission_minor;
  return null;
end $$;
create trigger roll_up_new after insert on conversions referencing new table as added
  for each statement execute function roll_up_new_conversions();

-- A changed row is taken off as it was and counted as it is.
create function roll_up_changed_conversion() returns trigger language plpgsql as $$
declare
  one conversions;
  factor int;
begin
  foreach factor in array array[-1, 1] loop
    one := case when factor = -1 then old else new end;
    continue when one.campaign_id is null;
    insert into conversion_rollups as r (campaign_id, quarter, currency, affiliate_id, shard, account_id, mode, total,
      approved, revenue_minor, commission_minor)
    select one.campaign_id, quarter_of(one.created_at), x.currency, coalesce(one.affiliate_id, 0),
           (pg_backend_pid() % 32)::smallint, one.account_id, one.mode, factor * sum(x.total),
           factor * sum(x.approved), factor * sum(x.revenue_minor), factor * sum(x.commission_minor)
      from roll_up_rows(one) x group by x.currency order by x.currency
    on conflict (campaign_id, quarter, currency, affiliate_id, shard) do update set total = r.total + excluded.total,
      approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor,
      commission_minor = r.commission_minor + excluded.commission_minor;
  end loop;
  return null;
end $$;
create trigger roll_up_changed after update of status, campaign_id, affiliate_id, amount_minor, currency,
  commission_minor, commission_currency, reversed_minor on conversions
  for each row execute function roll_up_changed_conversion();

-- The half of the account that an entry of the audit trail belongs to; null: to both, such as a log-in.
alter table audit add column mode text check (mode in ('live', 'test'));
update audit a set mode = s.mode from (
  select public_id, mode from conversions union all select public_id, mode from campaigns
  union all select public_id, mode from affiliates union all select public_id, mode from links
  union all select public_id, mode from promo_codes union all select public_id, mode from api_keys
  union all select public_id, mode from webhook_endpoints) s where s.public_id = a.subject;
