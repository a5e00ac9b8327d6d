-- Statistics by the days of the account's time zone, and revenue per currency. Figures are kept per quarter of an hour
-- instead of per UTC day: every time zone of today is a multiple of it away from UTC, so that any zone's days, of 23 and
-- 25 hours too, are sums of whole quarters. A quarter is numbered from 1970 in UTC.

-- Events are removed in the order of their ids.
drop index events_out_created_at_idx;

-- What was counted per day moves to the day's noon, which lies in the day of the same date almost everywhere.
alter table campaign_rollups add column quarter int;
update campaign_rollups set quarter = (day - date '1970-01-01') * 96 + 48;
alter table campaign_rollups alter column quarter set not null;
alter table campaign_rollups drop constraint campaign_rollups_pkey;
drop index campaign_rollups_account_id_mode_day_idx;
alter table campaign_rollups drop column day;
alter table campaign_rollups add primary key (stream_id, quarter, campaign_id);
create index on campaign_rollups (account_id, mode, quarter);

-- Conversions are all there and are counted anew.
drop trigger roll_up_new on conversions;
drop trigger roll_up_changed on conversions;
drop function roll_up_conversion();
drop table conversion_rollups;
create table conversion_rollups (
  campaign_id   bigint not null,
  quarter       int not null,                  -- of created_at
  currency      text not null,                 -- of the sale; '': no amount was reported
  shard         smallint not null,             -- so that two conversions do not wait for each other's commit
  account_id    bigint not null,
  mode          text not null,
  total         bigint not null default 0,
  approved      bigint not null default 0,     -- approved or paid
  revenue_minor bigint not null default 0,     -- sale amounts of those pending, approved or paid (AF-27)
  primary key (campaign_id, quarter, currency, shard)
);
create index on conversion_rollups (account_id, mode, quarter);

create function quarter_of(at timestamptz) returns int language sql stable as $$
  select floor(extract(epoch from at) / 900)::int
$$;

insert into conversion_rollups (campaign_id, quarter, currency, shard, account_id, mode, total, approved, revenue_minor)
select campaign_id, quarter_of(created_at), coalesce(currency, ''), 0, min(account_id), min(mode), count(*),
       count(*) filter (where status in ('approved', 'paid')),
       coalesce(sum(amount_minor) filter (where status in ('pending', 'approved', 'paid')), 0)::bigint
  from conversions where campaign_id is not null group by 1, 2, 3;

-- Rows are inserted in the order of the key, so that two statements cannot lock each other.
create or replace function roll_up_new_conversions() returns trigger language plpgsql as $$
begin
  insert into conversion_rollups as r (campaign_id, quarter, currency, shard, account_id, mode, total, approved,
    revenue_minor)
  select campaign_id, quarter_of(created_at), coalesce(currency, ''), (pg_backend_pid() % 32)::smallint,
         min(account_id), min(mode), count(*), count(*) filter (where status in ('approved', 'paid')),
         coalesce(sum(amount_minor) filter (where status in ('pending', 'approved', 'paid')), 0)::bigint
    from added where campaign_id is not null group by 1, 2, 3 order by 1, 2, 3
  on conflict (campaign_id, quarter, currency, shard) do update set total = r.total + excluded.total,
    approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor;
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
    insert into conversion_rollups as r (campaign_id, quarter, currency, shard, account_id, mode, total, approved,
      revenue_minor)
    values (one.campaign_id, quarter_of(one.created_at), coalesce(one.currency, ''),
            (pg_backend_pid() % 32)::smallint, one.account_id, one.mode, factor,
            factor * (one.status in ('approved', 'paid'))::int,
            factor * case when one.status in ('pending', 'approved', 'paid') then coalesce(one.amount_minor, 0)
                          else 0 end)
    on conflict (campaign_id, quarter, currency, shard) do update set total = r.total + excluded.total,
      approved = r.approved + excluded.approved, revenue_minor = r.revenue_minor + excluded.revenue_minor;
  end loop;
  return null;
end $$;
create trigger roll_up_changed after update of status, campaign_id, amount_minor, currency on conversions
  for each row execute function roll_up_changed_conversion();
