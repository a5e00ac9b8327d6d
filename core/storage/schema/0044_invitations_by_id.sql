-- An invitation has a name of its own, by which the merchant takes it back. The database makes it, so that those of an
-- older core, which knows no such column, have one, too.
alter table invites add column public_id text not null unique default 'inv_' || replace(gen_random_uuid()::text, '-', '');
