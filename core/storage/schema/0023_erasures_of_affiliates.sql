-- All clicks of an affiliate can be erased: those that were received until the erasure, whenever they are stored.
alter table erasures
  add column affiliate_id    bigint,
  add column received_before timestamptz;      -- set with affiliate_id
create unique index erasures_of_affiliates on erasures (affiliate_id, received_before) where affiliate_id is not null;
