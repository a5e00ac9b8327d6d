-- Conversions are booked many at a time: what was checked and counted once a row is checked and counted once a
-- statement.

-- In the order of the key, so that two statements cannot lock each other.
create function roll_up_new_conversions() returns trigger language plpgsql as $$
begin
  insert into conversion_rollups as r (campaign_id, day, shard, account_id, mode, total, approved, revenue_minor)
  select campaign_id, (created_at at time zone 'UTC')::date, (pg_backend_pid() % 32)::smallint, min(account_id),
         min(mode), count(*), count(*) filter (where status in ('approved', 'paid')),
         coalesce(sum(amount_minor) filter (where status in ('pending', 'approved', 'paid')), 0)::bigint
    from added where campaign_id is not null group by 1, 2 order by 1, 2
  on conflict (campaign_id, day, shard) do update set total = r.total + excluded.total,
    approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor;
  return null;
end $$;

drop trigger roll_up on conversions;
create trigger roll_up_new after insert on conversions referencing new table as added
  for each statement execute function roll_up_new_conversions();
create trigger roll_up_changed after update of status, campaign_id, amount_minor on conversions
  for each row execute function roll_up_conversion();

-- The entries of a ledger transaction are written by one statement, and balance there: so they always do.
create or replace function ledger_balances() returns trigger language plpgsql as $$
declare
  crooked bigint;
begin
  select transaction_id into crooked from added group by transaction_id, currency having sum(amount_minor) <> 0 limit 1;
  if found then
    raise exception 'ledger transaction % does not balance', crooked using errcode = 'P0001';
  end if;
  return null;
end $$;
drop trigger balances on ledger_entries;
create trigger balances after insert on ledger_entries referencing new table as added
  for each statement execute function ledger_balances();

-- Accounts are never deleted, and a conversion refers to its own: to check that again for each of its entries and its
-- trace costs, under load, a lock on one and the same row every time.
alter table ledger_entries drop constraint ledger_entries_account_id_fkey;
alter table audit drop constraint audit_account_id_fkey;
