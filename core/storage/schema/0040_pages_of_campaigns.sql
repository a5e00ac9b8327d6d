-- A campaign's public page, /c/{slug}, where strangers ask to join: a slug names one campaign of the whole installation,
-- in any case. Of several that have the same one the oldest keeps it.
drop index campaigns_slug;
update campaigns c set slug = left(c.slug, 40) || '-' || right(c.public_id, 8)
 where exists (select 1 from campaigns o where lower(o.slug) = lower(c.slug) and o.id < c.id);
create unique index campaigns_slug on campaigns (lower(slug));
-- Whoever asked there waits for approval. Not so in BaClique's public campaigns, as their contract says (BAC-54).
alter table campaigns add column join_review boolean not null default true;
update campaigns c set join_review = false from accounts a where a.id = c.account_id and a.dialect = 'baclique';
-- An invitation for which the person has asked by a mail to the address: its token alone shows whose the address is. It
-- stands beside one that the merchant made, so that no stranger can void that.
alter table invites add column is_asked boolean not null default false;
drop index invites_open;
create unique index invites_open on invites (campaign_id, lower(email), is_asked)
  where voided_at is null and accepted_at is null;
create index invites_asked on invites (expires_at) where is_asked and accepted_at is null;
