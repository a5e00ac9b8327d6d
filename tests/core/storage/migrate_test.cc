#include <gtest/gtest.h>

#include <thread>

#include "core/storage/campaign_counts.h"
#include "core/storage/embedded_schema.h"
#include "core/storage/ledger_checks.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

TEST(Migrate, AppliesEverythingOnce) {
  Database database(shared_postgres().fresh_database());
  auto before = migration_status(database);
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(before->pending.size(), schema_files().size());
  auto first = migrate(database);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->applied.size(), schema_files().size());
  EXPECT_EQ(first->applied.front(), "0001_accounts_and_campaigns");
  const auto settings = [&] {
    auto rows = database.query("select string_agg(key || '=' || value, ' ' order by key) from settings");
    return std::string(rows->text(0, 0));
  };
  const std::string secrets = settings();
  auto second = migrate(database);
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(second->applied.empty());
  EXPECT_EQ(second->present, first->applied);
  EXPECT_EQ(settings(), secrets);
  EXPECT_TRUE(migration_status(database)->pending.empty());
}

TEST(Migrate, CreatesTheSettings) {
  Database database = fresh_database();
  auto rows = database.query("select key, value from settings order by key");
  ASSERT_EQ(rows->size(), 5);
  EXPECT_EQ(rows->text(0, 0), "database_identity");
  EXPECT_EQ(rows->text(0, 1).size(), 32u);
  EXPECT_EQ(rows->text(1, 0), "draw_key");
  EXPECT_EQ(rows->text(2, 0), "fraud_key");
  EXPECT_EQ(rows->text(3, 0), "recovery_epoch");
  EXPECT_EQ(rows->text(3, 1), "1");
  EXPECT_EQ(rows->text(4, 0), "tag_key");
  EXPECT_NE(rows->text(1, 1), rows->text(4, 1));
  EXPECT_NE(rows->text(1, 1), rows->text(2, 1));
  Database other = fresh_database();
  EXPECT_NE(other.query("select value from settings where key = 'tag_key'")->text(0, 0), rows->text(4, 1));
}

TEST(Migrate, RefusesAnAlteredMigration) {
  Database database = fresh_database();
  ASSERT_TRUE(database.execute("update schema_migrations set checksum = 'x' where name like '0002%'").has_value());
  const auto refused = migrate(database);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "checksum");
  EXPECT_NE(refused.error().message.find("0002_directory"), std::string::npos);
  EXPECT_FALSE(migration_status(database).has_value());
}

TEST(Migrate, ProgramsThatStartTogetherTakeTurns) {
  const std::string url = shared_postgres().fresh_database();
  std::size_t applied[4] = {};
  std::vector<std::thread> programs;
  for (auto& count : applied) {
    programs.emplace_back([&url, &count] {
      Database database(url);
      auto report = migrate(database);
      ASSERT_TRUE(report.has_value()) << report.error().message;
      count = report->applied.size();
    });
  }
  for (auto& program : programs) program.join();
  EXPECT_EQ(applied[0] + applied[1] + applied[2] + applied[3], schema_files().size());
}

TEST(Migrate, AFailedOneLeavesNothing) {
  Database database(shared_postgres().fresh_database());
  ASSERT_TRUE(database.execute("create table directory_log (epoch bigint)").has_value());  // in 0002's way
  EXPECT_FALSE(migrate(database).has_value());
  EXPECT_EQ(migration_status(database)->present.size(), 1u);
  EXPECT_TRUE(database.query("select to_regclass('directory_outbox') is null")->flag(0, 0));
  ASSERT_TRUE(database.execute("drop table directory_log").has_value());
  EXPECT_TRUE(migrate(database).has_value());
}

// The database as it was before 0010, with spellings that were different then and are one now.
TEST(Migrate, IdentifiersOfBeforeAreFolded) {
  Database database = fresh_database();
  const auto before = database.execute(R"(
    delete from schema_migrations where name like '0010%';
    alter table terms drop column goal_fold;
    create unique index terms_campaign_id_goal_idx on terms (campaign_id, goal) where ended_at is null;
    insert into accounts (public_id, dialect, name, link_host) values ('acc_1', 'affspace', 'Acme', 'c.localhost');
    insert into campaigns (public_id, account_id, slug, name, target_url)
      select 'off_1', id, 'summer', 'Summer', 'https://shop.example/' from accounts;
    insert into terms (campaign_id, goal, kind, amount_minor)
      select id, goal, 'fixed', amount from campaigns, (values ('', 100), ('Lead', 200), (' LEAD', 300)) t(goal, amount);
    insert into conversions (id, public_id, account_id, mode, attributed, reason, explanation)
      overriding system value select n, 'conv_' || n, accounts.id, 'live', false, '', '' from accounts, generate_series(1, 4) n;
    insert into conversion_claims (account_id, mode, scope, value, slot, conversion_id)
      select accounts.id, 'live', scope, value, 0, conversion from accounts,
        (values ('txid:Purchase', 't1', 2), ('txid:purchase', E't1\u200b', 1), ('txid', E'T9\u00a0', 3),
                ('customer:7:Lead ', 'jane', 4)) c(scope, value, conversion);
    insert into affiliates (public_id, account_id, email) select 'aff_1', id, E'\u00a0Jane@Blog.example' from accounts)");
  ASSERT_TRUE(before.has_value()) << before.error().message;
  const auto migrated = migrate(database);
  ASSERT_TRUE(migrated.has_value()) << migrated.error().message;
  EXPECT_EQ(migrated->applied.size(), 1u);
  const auto text = [&](const std::string& sql) {
    auto rows = database.query(sql);
    return rows ? std::string(rows->text(0, 0)) : rows.error().message;
  };
  EXPECT_EQ(
      text("select string_agg(goal_fold || '=' || amount_minor, ' ' order by id) from terms where ended_at is null"),
      "=100 lead=300");
  EXPECT_EQ(text("select string_agg(scope || '|' || value || '|' || slot || '|' || conversion_id, ' ' order by "
                 "conversion_id) from conversion_claims"),
            "txid:purchase|t1|0|1 txid:purchase|t1|1|2 txid|T9|0|3 customer:7:lead|jane|0|4");
  EXPECT_EQ(text("select email from affiliates"), "Jane@Blog.example");
}

// The database as it was before 0040, when a slug was unique within its account alone.
TEST(Migrate, SlugsOfBeforeBecomeUnique) {
  Database database = fresh_database();
  const auto before = database.execute(R"(
    delete from schema_migrations where name like '0040%';
    drop index campaigns_slug, invites_open, invites_asked;
    alter table campaigns drop column join_review;
    alter table invites drop column is_asked;
    create unique index campaigns_slug on campaigns (account_id, slug);
    create unique index invites_open on invites (campaign_id, lower(email)) where voided_at is null and accepted_at is null;
    insert into accounts (public_id, dialect, name, link_host) values
      ('acc_1', 'selgeo', 'A', 'c.localhost'), ('acc_2', 'baclique', 'B', 'c.localhost');
    insert into campaigns (public_id, account_id, slug, name, target_url)
      select c.id, a.id, c.slug, 'Sale', 'https://shop.example/' from (values ('prg_0000000000aaaaaaaa', 'acc_1', 'sale'),
        ('prg_0000000000bbbbbbbb', 'acc_1', 'winter'), ('cmp_0000000000cccccccc', 'acc_2', 'Sale'),
        ('cmp_0000000000dddddddd', 'acc_2', 'sale')) c(id, account, slug) join accounts a on a.public_id = c.account order by c.id;
    insert into invites (campaign_id, email, token_hash, expires_at) select id, 'jane@example.com', public_id::bytea, now()
      from campaigns)");
  ASSERT_TRUE(before.has_value()) << before.error().message;
  const auto migrated = migrate(database);
  ASSERT_TRUE(migrated.has_value()) << migrated.error().message;
  const auto rows = database.query(
      "select string_agg(slug || ' ' || join_review, ', ' order by public_id desc), (select count(*) from invites "
      "where "
      "not is_asked) from campaigns");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->text(0, 0), "winter true, sale-aaaaaaaa true, sale-dddddddd false, Sale false");
  EXPECT_EQ(rows->integer(0, 1), 4);
}

// The database as it was before 0026, with a deposit that was paid and refunded in part, a payout and a dispute.
TEST(Migrate, DepositsOfBeforeFindTheirEntries) {
  Database database = fresh_database();
  const auto before = database.execute(R"(
    delete from schema_migrations where name like '0026%';
    drop trigger roll_up_payout on conversions; drop trigger roll_up_payout_new on conversions;
    drop function roll_up_payout(); drop table payout_rollups, payment_disputes;
    alter table payment_notices drop column payment;
    alter table conversions drop column disputed;
    alter table ledger_entries drop column deposit_id;
    create index conversions_account_id_mode_paid_at_idx on conversions (account_id, mode, paid_at);
    insert into accounts (public_id, dialect, name, link_host, currency)
      values ('acc_1', 'affily', 'Sklep', 'c.localhost', 'PLN');
    insert into deposits (public_id, account_id, mode, amount_minor, currency, method, status, created_at, expires_at,
      paid_at, refunded_minor) values ('dep_1', 1, 'live', 1000, 'PLN', 'transfer', 'paid', now(), now(), now(), 250);
    insert into ledger_entries (transaction_id, account_id, mode, book, amount_minor, currency, memo) values
      (1, 1, 'live', 'outside', -1000, 'PLN', 'deposit dep_1 received'),
      (1, 1, 'live', 'merchant:deposit', 1000, 'PLN', 'deposit dep_1 received'),
      (2, 1, 'live', 'merchant:deposit', -250, 'PLN', 'deposit dep_1 refunded'),
      (2, 1, 'live', 'outside', 250, 'PLN', 'deposit dep_1 refunded');
    insert into conversions (public_id, account_id, mode, attributed, reason, explanation, status, review,
      commission_minor, commission_currency, paid_at) values
      ('conv_1', 1, 'live', true, '', '', 'paid', false, 70, 'PLN', '2026-05-01'),
      ('conv_2', 1, 'live', true, '', '', 'pending', true, 0, null, null),
      ('conv_3', 1, 'live', true, '', '', 'pending', true, 0, null, null);
    insert into audit (account_id, actor, action, subject) values (1, 'cli:root', 'conversion.dispute', 'conv_2'))");
  ASSERT_TRUE(before.has_value()) << before.error().message;
  const auto migrated = migrate(database);
  ASSERT_TRUE(migrated.has_value()) << migrated.error().message;
  EXPECT_EQ(migrated->applied.size(), 1u);
  EXPECT_EQ(*wrong_deposits(database, 10), std::vector<std::string>{});
  EXPECT_EQ(*entries_without_owner(database, 10), std::vector<std::string>{});
  const auto number = [&](const std::string& sql) { return database.query(sql)->integer(0, 0); };
  EXPECT_EQ(number("select sum(paid_minor)::bigint from payout_rollups where quarter = "
                   "extract(epoch from timestamptz '2026-05-01') / 900"),
            70);
  EXPECT_EQ(number("select sum(id)::bigint from conversions where disputed"), 2);
}

// The database as it was before 0036, with conversions that budgets and tiers count and some that they do not.
TEST(Migrate, ConversionsOfBeforeAreCounted) {
  Database database = fresh_database();
  const auto before = database.execute(R"(
    delete from schema_migrations where name like '0036%';
    drop trigger count_new on conversions; drop trigger count_changed on conversions;
    drop function count_new_conversions(); drop function count_changed_conversion();
    drop table campaign_commitments, affiliate_conversions;
    insert into accounts (public_id, dialect, name, link_host) values ('acc_1', 'selgeo', 'Acme', 'c.localhost');
    insert into campaigns (public_id, account_id, slug, name, target_url)
      select 'prg_' || n, id, 's' || n, 'Summer', 'https://shop.example/' from accounts, generate_series(1, 2) n;
    insert into affiliates (public_id, account_id, email) select 'aff_1', id, 'jane@blog.example' from accounts;
    insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, attributed, reason, explanation,
      status, commission_minor, reversed_minor, commission_currency)
      select 'conv_' || n, 1, mode, campaign, affiliate, true, '', '', status, minor, reversed, currency from (values
        (1, 'live', 1, 1, 'pending', 100, 0, 'EUR'), (2, 'live', 1, 1, 'approved', 50, 20, 'EUR'),
        (3, 'live', 1, null, 'paid', 7, 0, 'EUR'), (4, 'live', 1, 1, 'rejected', 1000, 0, 'EUR'),
        (5, 'live', 1, 1, 'reversed', 1000, 1000, 'EUR'), (6, 'live', 1, 1, 'pending', 9, 0, 'PLN'),
        (7, 'test', 2, 1, 'pending', 11, 0, 'EUR'), (8, 'live', null, null, 'pending', 0, 0, null))
        as c(n, mode, campaign, affiliate, status, minor, reversed, currency))");
  ASSERT_TRUE(before.has_value()) << before.error().message;
  const auto migrated = migrate(database);
  ASSERT_TRUE(migrated.has_value()) << migrated.error().message;
  EXPECT_EQ(migrated->applied.size(), 1u);
  const CountsQuery queries[] = {{{1}, {1}, "EUR"}, {{1}, {1}, "PLN"}, {{2}, {1}, "EUR"}};
  const auto counts = campaign_counts(database, queries);
  ASSERT_TRUE(counts.has_value()) << counts.error().message;
  EXPECT_EQ((*counts)[0].committed_minor, 137);
  EXPECT_EQ((*counts)[0].conversions, 3);
  EXPECT_EQ((*counts)[1].committed_minor, 9);
  EXPECT_EQ((*counts)[2].committed_minor, 0) << "test money is no money";
  EXPECT_EQ((*counts)[2].conversions, 1);
  EXPECT_EQ(*wrong_commitments(database, 10), std::vector<std::string>{});
  EXPECT_EQ(*wrong_conversion_counts(database, 10), std::vector<std::string>{});
}

}  // namespace
}  // namespace footfall::core
