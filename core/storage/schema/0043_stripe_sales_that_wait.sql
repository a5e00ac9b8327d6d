-- A sale that the merchant's deposit does not cover waits for one that does, with what it is judged by.
alter table stripe_events
  add column click_id    uuid,
  add column buyer_email text;                 -- only while it waits
create index on stripe_events (account_id) where buyer_email is not null;
