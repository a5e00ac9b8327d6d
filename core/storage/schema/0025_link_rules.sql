-- When a link works, how many human clicks it may have, where it leads by device and country, and where its visitors may
-- choose to go.
alter table links
  add column starts_at timestamptz,            -- before that it leads to its fallback, else 404
  add column click_cap bigint check (click_cap >= 1),      -- of human clicks; null: none
  add column is_capped boolean not null default false,     -- the cap is reached: as expired
  add column targets   text not null default '';           -- one a line: core/domain/link_targets.h

alter table campaigns
  add column deep_link_hosts text not null default '';     -- separated by spaces: core/domain/deep_link_hosts.h

-- Links whose human clicks have to be compared with their cap: written with the roll-ups, taken by upkeep. Rows are
-- never shared, so writers do not wait for one another.
create table click_cap_notes (
  id      bigint generated always as identity primary key,
  link_id bigint not null
);
create index on links (id) where click_cap is not null;

create function note_click_cap() returns trigger language plpgsql as $$
begin
  insert into click_cap_notes (link_id) values (new.id);
  return null;
end $$;
create trigger note_cap_of_new after insert on links for each row when (new.click_cap is not null)
  execute function note_click_cap();
create trigger note_cap after update of click_cap on links for each row
  when (new.click_cap is distinct from old.click_cap) execute function note_click_cap();

-- An affiliate's public id is published with a link only where a target names it.
create function touch_links_that_name_affiliates() returns trigger language plpgsql as $$
begin
  update links set updated_at = now()
   where campaign_id = new.id and affiliate_id is not null and status <> 'deleted';
  return null;
end $$;
create trigger touch_links after update of target_url, fallback_url on campaigns for each row
  when ((position('{affiliate}' in concat(new.target_url, new.fallback_url)) > 0) <>
        (position('{affiliate}' in concat(old.target_url, old.fallback_url)) > 0))
  execute function touch_links_that_name_affiliates();
