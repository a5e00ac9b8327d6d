-- What a deposit covers, and the events that leave.

alter table conversions add column from_deposit boolean not null default false;

-- The balances of the books merchant:deposit and merchant:reserved, kept by the trigger below in the transaction that
-- writes the entries. The row is locked by whoever moves a deposit, so that concurrent conversions cannot overdraw it,
-- and the check is the last word. Other books have no such row: nobody waits for anybody to write them.
create table deposit_balances (
  account_id      bigint not null,
  mode            text not null,
  currency        char(3) not null,
  available_minor bigint not null default 0 constraint deposit_not_overdrawn check (available_minor >= 0),
  reserved_minor  bigint not null default 0 constraint reserved_not_negative check (reserved_minor >= 0),
  primary key (account_id, mode, currency)
);

create or replace function ledger_balances() returns trigger language plpgsql as $$
declare
  crooked bigint;
begin
  select transaction_id into crooked from added group by transaction_id, currency having sum(amount_minor) <> 0 limit 1;
  if found then
    raise exception 'ledger transaction % does not balance', crooked using errcode = 'P0001';
  end if;
  if exists (select 1 from added where book in ('merchant:deposit', 'merchant:reserved')) then
    -- In the order of the key, so that two statements cannot lock each other. The row comes first: a check is made of
    -- what would be inserted, too, and a change below zero is no balance below zero.
    insert into deposit_balances (account_id, mode, currency)
    select distinct account_id, mode, currency from added where book in ('merchant:deposit', 'merchant:reserved')
     order by 1, 2, 3 on conflict do nothing;
    perform 1 from deposit_balances where (account_id, mode, currency) in (
      select account_id, mode, currency from added where book in ('merchant:deposit', 'merchant:reserved'))
      order by account_id, mode, currency for update;
    update deposit_balances d set available_minor = d.available_minor + moved.deposit,
                                  reserved_minor = d.reserved_minor + moved.reserved
      from (select account_id, mode, currency,
                   coalesce(sum(amount_minor) filter (where book = 'merchant:deposit'), 0)::bigint as deposit,
                   coalesce(sum(amount_minor) filter (where book = 'merchant:reserved'), 0)::bigint as reserved
              from added group by 1, 2, 3) moved
     where (d.account_id, d.mode, d.currency) = (moved.account_id, moved.mode, moved.currency)
       and (moved.deposit <> 0 or moved.reserved <> 0);
  end if;
  return null;
end $$;

-- What happened, for whoever is to be told (webhooks). A row is written in the transaction of the change, so that
-- nothing is told that did not happen and nothing that happened is lost. Commit order is not id order: a reader takes
-- rows and removes them, and never remembers "the last id". Upkeep removes what nobody took.
create table events_out (
  id         bigint generated always as identity primary key,
  account_id bigint not null,
  mode       text not null check (mode in ('live', 'test')),
  type       text not null,                    -- "conversion.approved" (core/domain/event_types.h)
  subject    text not null,                    -- public id
  payload    jsonb not null default '{}',      -- what the subject was like after the change
  created_at timestamptz not null default now()
);
create index on events_out (created_at);
