-- On which hosts' pages a public key reports clicks; a click from elsewhere does not count (COMMON.md D-17).
alter table api_keys
  add column origin_hosts text not null default '';        -- separated by spaces: core/domain/allowed_hosts.h; '': any

-- How many pages of clicks have been judged again. What is booked on a click that was read before the last of them is
-- not booked, but judged by the click as it is now.
create table click_judgements (
  singleton boolean primary key default true check (singleton),
  pages     bigint not null default 0
);
insert into click_judgements default values;

-- Fails where a page was judged again since `seen` pages were, and keeps others from being until this transaction ends:
-- a run holds `lock` while it judges a page. Each statement of a volatile function sees what was committed before it
-- began, so what the lock waited for is seen.
create function require_no_click_judged_since(lock bigint, seen bigint) returns boolean language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(lock);
  if (select pages from click_judgements) <> seen then
    raise exception 'the click has been judged again' using errcode = 'FF001';
  end if;
  return true;
end $$;

-- Sales that a dialect refused because their click was no person's. When the click is judged human after all, the
-- merchant can report them again; `click rejudge` lists them. Kept as long as clicks.
create table refused_reports (
  id          bigint generated always as identity primary key,
  account_id  bigint not null references accounts,
  mode        text not null check (mode in ('live', 'test')),
  click_id    uuid not null,
  goal        text not null,
  external_id text not null default '',        -- the merchant's transaction; '': none was given
  amount      text not null default '',        -- as reported, with its currency if one was named
  times       int not null default 1,
  reported_at timestamptz not null,            -- last
  unique (click_id, account_id, mode, goal, external_id)
);
create index on refused_reports (reported_at);

alter table rejudgements add column refused bigint not null default 0;  -- reports that may be sent again

-- An erasure is kept while a click that it covers can still be stored.
create index on erasures (created_at);
