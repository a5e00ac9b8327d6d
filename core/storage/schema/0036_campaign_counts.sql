-- What budgets and tiers count, so that nobody adds up a campaign's conversions to book one. Kept by triggers in the
-- transaction that changes the conversion; `ledger verify` compares both with the conversions. No foreign keys: bookings
-- write here too often for them.

-- Commissions of live conversions that stand (pending, approved, paid), less what was reversed of them.
create table campaign_commitments (
  campaign_id bigint not null,
  currency    text not null,                   -- of the commission
  shard       smallint not null,               -- so that two bookings do not wait for each other's commit
  minor       bigint not null,                 -- of one shard it may be negative; the sum over all is what counts
  primary key (campaign_id, currency, shard)
) with (fillfactor = 50);

-- Conversions that stand.
create table affiliate_conversions (
  campaign_id  bigint not null,
  affiliate_id bigint not null,
  shard        smallint not null,              -- likewise
  conversions  bigint not null,                -- likewise
  primary key (campaign_id, affiliate_id, shard)
) with (fillfactor = 50);

-- Rows are inserted in the order of the key, so that two statements cannot lock each other.
create function count_new_conversions() returns trigger language plpgsql as $$
begin
  insert into campaign_commitments as k (campaign_id, currency, shard, minor)
  select campaign_id, commission_currency::text, (pg_backend_pid() % 32)::smallint,
         sum(commission_minor - reversed_minor)::bigint
    from added where campaign_id is not null and commission_currency is not null and mode = 'live'
     and status not in ('rejected', 'reversed') and commission_minor <> reversed_minor group by 1, 2 order by 1, 2
  on conflict (campaign_id, currency, shard) do update set minor = k.minor + excluded.minor;
  insert into affiliate_conversions as k (campaign_id, affiliate_id, shard, conversions)
  select campaign_id, affiliate_id, (pg_backend_pid() % 32)::smallint, count(*)
    from added where campaign_id is not null and affiliate_id is not null
     and status not in ('rejected', 'reversed') group by 1, 2 order by 1, 2
  on conflict (campaign_id, affiliate_id, shard) do update set conversions = k.conversions + excluded.conversions;
  return null;
end $$;
create trigger count_new after insert on conversions referencing new table as added
  for each statement execute function count_new_conversions();

-- A changed row is taken off as it was and counted as it is.
create function count_changed_conversion() returns trigger language plpgsql as $$
begin
  insert into campaign_commitments as k (campaign_id, currency, shard, minor)
  select c.campaign_id, c.commission_currency::text, (pg_backend_pid() % 32)::smallint,
         sum(c.sign * (c.commission_minor - c.reversed_minor))::bigint
    from (select -1 as sign, old.* union all select 1, new.*) c
   where c.campaign_id is not null and c.commission_currency is not null and c.mode = 'live'
     and c.status not in ('rejected', 'reversed') group by 1, 2
  having sum(c.sign * (c.commission_minor - c.reversed_minor)) <> 0 order by 1, 2
  on conflict (campaign_id, currency, shard) do update set minor = k.minor + excluded.minor;
  insert into affiliate_conversions as k (campaign_id, affiliate_id, shard, conversions)
  select c.campaign_id, c.affiliate_id, (pg_backend_pid() % 32)::smallint, sum(c.sign)
    from (select -1 as sign, old.* union all select 1, new.*) c
   where c.campaign_id is not null and c.affiliate_id is not null and c.status not in ('rejected', 'reversed')
   group by 1, 2 having sum(c.sign) <> 0 order by 1, 2
  on conflict (campaign_id, affiliate_id, shard) do update set conversions = k.conversions + excluded.conversions;
  return null;
end $$;
-- An approval or a payout changes nothing that is counted.
create trigger count_changed after update of status, mode, campaign_id, affiliate_id, commission_minor,
  commission_currency, reversed_minor on conversions for each row
  when (((old.status in ('rejected', 'reversed')), old.mode, old.campaign_id, old.affiliate_id, old.commission_minor,
         old.commission_currency, old.reversed_minor)
        is distinct from
        ((new.status in ('rejected', 'reversed')), new.mode, new.campaign_id, new.affiliate_id, new.commission_minor,
         new.commission_currency, new.reversed_minor))
  execute function count_changed_conversion();

-- The triggers' lock keeps others from changing conversions until this is committed.
insert into campaign_commitments (campaign_id, currency, shard, minor)
select campaign_id, commission_currency::text, 0, sum(commission_minor - reversed_minor)::bigint from conversions
 where campaign_id is not null and commission_currency is not null and mode = 'live'
   and status not in ('rejected', 'reversed') group by 1, 2;
insert into affiliate_conversions (campaign_id, affiliate_id, shard, conversions)
select campaign_id, affiliate_id, 0, count(*) from conversions
 where campaign_id is not null and affiliate_id is not null and status not in ('rejected', 'reversed') group by 1, 2;
