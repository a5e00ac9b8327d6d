-- Goals are compared without case, and no identifier by blanks at its ends or by characters that nobody sees
-- (core/domain/identifiers.h). What is stored already is brought to the form in which it is looked up from now on.

create function pg_temp.tidy(identifier text) returns text language sql immutable as $$
  select btrim(regexp_replace(
    regexp_replace(identifier, '[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF]', '', 'g'),
    '[\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]', ' ', 'g'))
$$;

-- The goal's spelling stays in `goal`. Where several spellings of one goal have terms in force, the latest stay.
alter table terms add column goal_fold text;
update terms set goal_fold = lower(pg_temp.tidy(goal));
alter table terms alter column goal_fold set not null;
update terms t set ended_at = now()
 where ended_at is null and exists (select 1 from terms later
                                     where later.campaign_id = t.campaign_id and later.goal_fold = t.goal_fold
                                       and later.ended_at is null and later.id > t.id);
drop index terms_campaign_id_goal_idx;
create unique index terms_in_force on terms (campaign_id, goal_fold) where ended_at is null;

-- A claim's scope may end with a goal. Claims that become one get slots in the order of their conversions: none is
-- lost, and the first stays the one that a repeat is answered with.
create temporary table folded_claims on commit drop as
  select c.account_id, c.mode, c.scope, c.value, c.slot, c.conversion_id, pg_temp.tidy(c.value) as new_value,
         coalesce(parts[1], '') || lower(pg_temp.tidy(parts[2])) as new_scope
    from conversion_claims c
    cross join lateral regexp_match(c.scope, '^(txid:|customer:[0-9]+:|click:[0-9]+:)?(.*)$') as parts;
create temporary table changed_claims on commit drop as
  select * from folded_claims
   where (account_id, mode, new_scope, new_value) in (select account_id, mode, new_scope, new_value from folded_claims
                                                       where (scope, value) <> (new_scope, new_value));
delete from conversion_claims c using changed_claims f
 where (c.account_id, c.mode, c.scope, c.value, c.slot) = (f.account_id, f.mode, f.scope, f.value, f.slot);
insert into conversion_claims (account_id, mode, scope, value, slot, conversion_id)
  select account_id, mode, new_scope, new_value,
         row_number() over (partition by account_id, mode, new_scope, new_value order by conversion_id) - 1,
         conversion_id
    from changed_claims;

update affiliates f set email = pg_temp.tidy(email)
 where email <> pg_temp.tidy(email)
   and not exists (select 1 from affiliates other
                    where other.account_id = f.account_id and other.mode = f.mode and other.id <> f.id
                      and lower(pg_temp.tidy(other.email)) = lower(pg_temp.tidy(f.email)));
