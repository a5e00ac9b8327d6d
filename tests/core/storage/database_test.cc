#include "core/storage/database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>

#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

TEST(Database, PassesEveryKindOfValue) {
  Database database(shared_postgres().fresh_database());
  for (int round = 0; round < 3; ++round) {  // unprepared, prepared, again
    auto rows = database.query(
        "select $1::text, $2::bigint, $3::boolean, $4::bytea, $5::text, "
        "(extract(epoch from $6::timestamptz) * 1000000)::bigint",
        {"ż'\"\\", std::int64_t{-7}, true, bytea(std::string_view("\0\xff", 2)), std::nullopt,
         timestamp_us(1'700'000'000'123'456)});
    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    ASSERT_EQ(rows->size(), 1);
    EXPECT_EQ(rows->text(0, 0), "ż'\"\\");
    EXPECT_EQ(rows->integer(0, 1), -7);
    EXPECT_TRUE(rows->flag(0, 2));
    EXPECT_EQ(rows->bytes(0, 3), std::string("\0\xff", 2));
    EXPECT_TRUE(rows->is_null(0, 4));
    EXPECT_EQ(rows->optional_text(0, 4), std::nullopt);
    EXPECT_EQ(rows->time_us(0, 5), 1'700'000'000'123'456);
  }
}

TEST(Database, StatementsOfTodayArePreparedHoweverManyCameBefore) {
  Database database(shared_postgres().fresh_database());
  for (int n = 0; n < 3'000; ++n) {
    const std::string sql = "select " + std::to_string(n % 1'500);  // each twice, with many in between
    ASSERT_TRUE(database.query(sql).has_value()) << sql;
  }
  for (int round = 0; round < 2; ++round) ASSERT_EQ(database.query("select 'today'")->text(0, 0), "today");
  auto rows = database.query("select count(*), count(*) filter (where statement = $1) from pg_prepared_statements",
                             {"select 'today'"});
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  EXPECT_LE(rows->integer(0, 0), 1'024);
  EXPECT_EQ(rows->integer(0, 1), 1);
}

TEST(Database, WaitsForANotification) {
  const std::string url = shared_postgres().fresh_database();
  constexpr std::int64_t kLong_us = 20'000'000;
  Database waiting(url), other(url);
  EXPECT_EQ(waiting.wait_for_notification("news", kLong_us), true) << "what happened before it listened is not told";
  EXPECT_EQ(waiting.wait_for_notification("news", 1'000), false);
  ASSERT_TRUE(other.execute("notify something_else; notify news; notify news, 'again'"));
  EXPECT_EQ(waiting.wait_for_notification("news", kLong_us), true);
  EXPECT_EQ(waiting.wait_for_notification("news", 1'000), false) << "all that had come were taken together";
  // One that comes with the answer to a statement is not lost.
  ASSERT_TRUE(other.execute("notify news"));
  ASSERT_TRUE(waiting.query("select 1"));
  EXPECT_EQ(waiting.wait_for_notification("news", kLong_us), true);
  ASSERT_TRUE(other.query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"));
  EXPECT_FALSE(waiting.wait_for_notification("news", kLong_us));
  EXPECT_EQ(waiting.wait_for_notification("news", kLong_us), true) << "a new connection listens anew";
}

TEST(Database, TimesBefore1970) {
  Database database(shared_postgres().fresh_database());
  auto rows = database.query("select (extract(epoch from $1::timestamptz) * 1000000)::bigint", {timestamp_us(-1)});
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->time_us(0, 0), -1);
}

// Compiling a statement's plan takes longer than any of core's statements run.
TEST(Database, CompilesNoPlan) {
  Database database(shared_postgres().fresh_database());
  EXPECT_EQ(database.query("show jit")->text(0, 0), "off");
}

TEST(Database, SaysWhatKindOfErrorItWas) {
  Database database(shared_postgres().fresh_database());
  ASSERT_TRUE(database.execute("create table t (id int primary key check (id > 0))").has_value());
  ASSERT_EQ(database.query("insert into t values ($1)", {1})->affected(), 1);
  const auto duplicate = database.query("insert into t values ($1)", {1});
  ASSERT_FALSE(duplicate.has_value());
  EXPECT_EQ(duplicate.error().kind, ErrorKind::internal) << "PostgreSQL's words are not for a caller (SEL-42)";
  EXPECT_EQ(duplicate.error().code, "23505");
  EXPECT_EQ(duplicate.error().source, ErrorSource::postgres);
  EXPECT_FALSE(duplicate.error().retryable);
  EXPECT_EQ(database.query("insert into t values (-1)").error().kind, ErrorKind::internal);
  EXPECT_EQ(database.query("insert into t values (-1)").error().code, "23514");
  EXPECT_EQ(database.query("select $1::text", {"\xff"}).error().code, "22021");
  EXPECT_EQ(database.query("selec").error().kind, ErrorKind::internal);
}

TEST(Database, TransactionCommitsOrLeavesNothing) {
  Database database(shared_postgres().fresh_database());
  ASSERT_TRUE(database.execute("create table t (id int)").has_value());
  const auto failed = database.transaction<int>([&]() -> Result<int> {
    EXPECT_TRUE(database.in_transaction());
    EXPECT_TRUE(database.query("insert into t values (1)").has_value());
    return invalid("no");
  });
  EXPECT_FALSE(failed.has_value());
  EXPECT_FALSE(database.in_transaction());
  const auto done = database.transaction<int>([&]() -> Result<int> {
    EXPECT_TRUE(database.query("insert into t values (2)").has_value());
    return 5;
  });
  EXPECT_EQ(*done, 5);
  EXPECT_EQ(database.query("select sum(id) from t")->integer(0, 0), 2);
}

// Who catches an exception that passed a transaction drops the connection.
TEST(Database, DroppingTheConnectionEndsTheTransaction) {
  Database database(shared_postgres().fresh_database());
  ASSERT_TRUE(database.execute("create table t (id int)").has_value());
  EXPECT_THROW((void)database.transaction<int>([&]() -> Result<int> {
    EXPECT_TRUE(database.query("insert into t values (1)").has_value());
    throw std::runtime_error("a fault of ours");
  }),
               std::runtime_error);
  database.disconnect();
  EXPECT_FALSE(database.in_transaction());
  EXPECT_EQ(database.query("select count(*) from t")->integer(0, 0), 0);
}

// A body that swallows an error would otherwise believe that COMMIT stored something.
TEST(Database, CommitOfAFailedTransactionIsAnError) {
  Database database(shared_postgres().fresh_database());
  const auto outcome = database.transaction<int>([&]() -> Result<int> {
    EXPECT_FALSE(database.query("select 1/0").has_value());
    return 1;
  });
  EXPECT_FALSE(outcome.has_value());
}

TEST(Database, ADeferredConstraintFailsTheCommit) {
  Database database(shared_postgres().fresh_database());
  ASSERT_TRUE(database
                  .execute("create table a (id int primary key); create table b (a int references a deferrable "
                           "initially deferred)")
                  .has_value());
  const auto outcome = database.transaction<int>([&]() -> Result<int> {
    EXPECT_TRUE(database.query("insert into b values (1)").has_value());
    return 1;
  });
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, "23503");
  EXPECT_FALSE(database.in_transaction());
}

// Two transactions that lock two rows crosswise: PostgreSQL ends one, and it runs again.
TEST(Database, ADeadlockIsRunAgain) {
  const std::string url = shared_postgres().fresh_database();
  Database setup(url);
  ASSERT_TRUE(
      setup.execute("create table t (id int primary key, n int); insert into t values (1, 0), (2, 0)").has_value());
  std::barrier both(2);
  std::atomic<int> runs = 0;
  const auto cross = [&](int first, int second) {
    Database database(url);
    bool waited = false;
    const auto outcome = database.transaction<int>([&]() -> Result<int> {
      ++runs;
      auto one = database.query("update t set n = n + 1 where id = $1", {first});
      if (!one) return Failure(one.error());
      if (!waited) both.arrive_and_wait();
      waited = true;
      auto two = database.query("update t set n = n + 1 where id = $1", {second});
      if (!two) return Failure(two.error());
      return 1;
    });
    EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
  };
  std::thread other([&] { cross(2, 1); });
  cross(1, 2);
  other.join();
  EXPECT_GE(runs, 3);
  EXPECT_EQ(setup.query("select sum(n) from t")->integer(0, 0), 4);
}

TEST(Database, CopiesBothWays) {
  Database database(shared_postgres().fresh_database());
  ASSERT_TRUE(database.execute("create table t (id int, name text)").has_value());
  std::string payload;
  for (int i = 0; i < 200'000; ++i) payload += std::to_string(i) + "\tname\n";  // more than one chunk
  const auto copied = database.copy_in("copy t from stdin", payload);
  ASSERT_TRUE(copied.has_value()) << copied.error().message;
  EXPECT_EQ(*copied, 200'000);
  const auto broken = database.copy_in("copy t from stdin", "1\tx\nnot a number\ty\n");
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, "22P02");
  EXPECT_FALSE(database.copy_in("copy missing from stdin", "").has_value());

  std::int64_t seen = 0;
  const auto out = database.copy_out("copy t to stdout", [&](std::string_view row) {
    EXPECT_TRUE(row.ends_with("\tname\n"));
    return ++seen < 10;
  });
  ASSERT_TRUE(out.has_value()) << out.error().message;
  EXPECT_EQ(*out, 10);
  EXPECT_EQ(database.query("select count(*) from t")->integer(0, 0), 200'000);  // the connection goes on
}

TEST(Database, ConnectsAnewAfterALoss) {
  support::PrivatePostgres postgres;
  Database database(postgres.tcp_url());
  ASSERT_TRUE(database.query("select 1").has_value());
  postgres.restart();
  const auto lost = database.query("select 1");
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(lost.error().retryable);
  EXPECT_TRUE(database.query("select 1").has_value());

  // BEGIN has no effect yet, so a stale connection does not fail a transaction.
  postgres.restart();
  EXPECT_TRUE(database.transaction<int>([&]() -> Result<int> { return 1; }).has_value());

  // Inside one, it fails to its end, and nothing runs on a new connection as if it were the old one.
  const auto inside = database.transaction<int>([&]() -> Result<int> {
    EXPECT_TRUE(database.query("select 1").has_value());
    postgres.restart();
    EXPECT_FALSE(database.query("select 1").has_value());
    auto again = database.query("select 1");
    EXPECT_FALSE(again.has_value());
    return Failure(again.error());
  });
  EXPECT_FALSE(inside.has_value());
  EXPECT_TRUE(database.query("select 1").has_value());

  postgres.stop();
  EXPECT_FALSE(database.query("select 1").has_value());
  EXPECT_EQ(database.query("select 1").error().code, "08001");
}

TEST(Database, AChangedTableDoesNotSpoilAStatementForEver) {
  const std::string url = shared_postgres().fresh_database();
  Database database(url), other(url);
  ASSERT_TRUE(other.execute("create table t (id int)").has_value());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(database.query("select * from t").has_value());
  ASSERT_TRUE(other.execute("alter table t add column name text").has_value());
  (void)database.query("select * from t");  // may fail: its plan is out of date
  EXPECT_TRUE(database.query("select * from t").has_value());
}

}  // namespace
}  // namespace footfall::core
