-- Visitor hashes are salted with random bytes of their day, which are deleted when no click of the day can come any
-- more (proto/wire/visitor_salts.h). Before, they were salted with the day's number under one lasting key.
create table visitor_salts (
  day  date primary key,                       -- UTC
  salt bytea not null check (length(salt) = 16)
);
-- A deleted row is cleared away by the next visit of autovacuum, not after fifty of them.
alter table visitor_salts set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

create or replace function note_secrets() returns trigger language plpgsql as $$
begin
  if new.key in ('tag_key', 'draw_key') then
    insert into directory_outbox (kind, entity_id) values ('secrets', 1);
  end if;
  return null;
end $$;

-- The lasting key stands in what was published, too: all of that is published anew. A new draw_key is made where
-- settings are made.
update directory_state set epoch = epoch + 1 where exists (select from settings where key = 'visitor_key');
delete from directory_log where exists (select from settings where key = 'visitor_key');
delete from settings where key = 'visitor_key';
