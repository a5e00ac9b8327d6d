-- The directory's way out. A trigger notes every change of what edges know, in the transaction that makes it; the
-- publisher turns notes into consecutive versions (protocol.md 15). Commit order is not id order, so the publisher takes
-- rows that are unpublished, never "above the last id".

create table directory_outbox (
  id         bigint generated always as identity primary key,
  kind       text not null check (kind in ('link', 'campaign', 'key', 'secrets')),
  entity_id  bigint not null,
  noted_at   timestamptz not null default clock_timestamp()
);

-- What was published, in order. Trimmed by age in upkeep, never below the last snapshot.
create table directory_log (
  epoch        bigint not null,
  version      bigint not null,
  change       bytea not null,                 -- DirectoryChange, proto/schema/directory.proto
  published_at timestamptz not null default now(),
  primary key (epoch, version)
);

create table directory_state (
  singleton boolean primary key default true check (singleton),
  epoch     bigint not null default 1,
  version   bigint not null default 0
);
insert into directory_state default values;

create function bump_version() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;

create trigger bump before update on accounts   for each row execute function bump_version();
create trigger bump before update on api_keys   for each row execute function bump_version();
create trigger bump before update on campaigns  for each row execute function bump_version();
create trigger bump before update on affiliates for each row execute function bump_version();
create trigger bump before update on enrolments for each row execute function bump_version();
create trigger bump before update on links      for each row execute function bump_version();

create function note_link() returns trigger language plpgsql as $$
begin
  insert into directory_outbox (kind, entity_id) values ('link', new.id);
  return null;
end $$;
create trigger note after insert or update on links for each row execute function note_link();

create function note_campaign() returns trigger language plpgsql as $$
begin
  insert into directory_outbox (kind, entity_id) values ('campaign', new.id);
  return null;
end $$;
create trigger note after insert or update on campaigns for each row execute function note_campaign();

create function note_key() returns trigger language plpgsql as $$
begin
  if new.kind = 'public' then
    insert into directory_outbox (kind, entity_id) values ('key', new.id);
  end if;
  return null;
end $$;
create trigger note after insert or update on api_keys for each row execute function note_key();

-- What a link credits depends on its enrolment and affiliate; touching the link gives it a new version.
create function touch_links_of_enrolment() returns trigger language plpgsql as $$
begin
  update links set updated_at = now()
   where campaign_id = new.campaign_id and affiliate_id = new.affiliate_id and status <> 'deleted';
  return null;
end $$;
create trigger touch after insert or update of status on enrolments
  for each row execute function touch_links_of_enrolment();

create function touch_links_of_affiliate() returns trigger language plpgsql as $$
begin
  update links set updated_at = now() where affiliate_id = new.id and status <> 'deleted';
  return null;
end $$;
create trigger touch after update of status on affiliates for each row execute function touch_links_of_affiliate();

-- Keys and campaigns of an account that is suspended or closed stop; reopened, they come back.
create function touch_account() returns trigger language plpgsql as $$
begin
  update campaigns set updated_at = now() where account_id = new.id;
  update api_keys set name = name where account_id = new.id and kind = 'public';
  return null;
end $$;
create trigger touch after update of status, link_host on accounts for each row execute function touch_account();

create function note_secrets() returns trigger language plpgsql as $$
begin
  if new.key in ('tag_key', 'visitor_key') then
    insert into directory_outbox (kind, entity_id) values ('secrets', 1);
  end if;
  return null;
end $$;
create trigger note after insert or update on settings for each row execute function note_secrets();
