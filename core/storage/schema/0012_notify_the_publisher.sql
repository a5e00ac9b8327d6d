-- The publisher waits for a notification instead of asking for notes twenty times a second. PostgreSQL delivers it when the
-- transaction that wrote the note commits, once however many notes there are.

create function notify_publisher() returns trigger language plpgsql as $$
begin
  perform pg_notify('directory_noted', '');
  return null;
end $$;
create trigger notify after insert on directory_outbox for each statement execute function notify_publisher();
