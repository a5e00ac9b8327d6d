// The directory over HTTP: what an edge gets that cannot use Redis.
#include "core/publish/pages.h"

#include <gtest/gtest.h>

#include "core/publish/publisher.h"
#include "proto/schema/directory.pb.h"
#include "proto/wire/visitor_salts.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr std::int64_t kNowUs = 1'760'961'600'000'000;

schema::DirectoryPage page(Database& database, std::string_view path, const std::string& query) {
  auto bytes = directory_page(database, path, query, kNowUs);
  if (!bytes) throw std::runtime_error(bytes.error().message);
  schema::DirectoryPage page;
  FOOTFALL_CHECK(page.ParseFromString(*bytes));
  return page;
}

struct Books {
  Books() : url(fresh_database_url()), database(url) {
    run("insert into accounts (public_id, dialect, name, link_host) values ('acc', 'selgeo', 'A', 'c.localhost');"
        "insert into campaigns (public_id, account_id, slug, name, target_url) "
        "values ('prg', 1, 's', 'C', 'https://shop.example/')");
  }
  void run(const std::string& sql) {
    auto done = database.execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }
  void log(std::uint64_t epoch, std::uint64_t version) {
    schema::DirectoryChange change;
    change.set_version(version);
    change.mutable_entity()->mutable_link()->set_id(version);
    FOOTFALL_CHECK(append_directory_log(database, epoch, {{version, change.SerializeAsString()}}).has_value());
  }
  const std::string url;
  Database database;
};

TEST(Pages, ChangesAreConsecutiveOrRefused) {
  Books books;
  books.run("update directory_state set epoch = 4, version = 9");
  for (std::uint64_t version = 6; version <= 9; ++version) books.log(4, version);
  const auto some = page(books.database, kChangesPath, "epoch=4&after=6");
  EXPECT_TRUE(some.complete());
  EXPECT_EQ(some.epoch(), 4u);
  EXPECT_EQ(some.version(), 9u);
  ASSERT_EQ(some.changes_size(), 3);
  EXPECT_EQ(some.changes(0).version(), 7u);
  const auto none = page(books.database, kChangesPath, "epoch=4&after=9");
  EXPECT_TRUE(none.complete());
  EXPECT_EQ(none.changes_size(), 0);
  EXPECT_FALSE(page(books.database, kChangesPath, "epoch=4&after=4").complete()) << "the log does not reach back";
  EXPECT_FALSE(page(books.database, kChangesPath, "epoch=4&after=10").complete()) << "more than core knows";
  EXPECT_FALSE(page(books.database, kChangesPath, "epoch=3&after=6").complete()) << "another epoch";
}

TEST(Pages, TheSnapshotComesInPages) {
  Books books;
  books.run(
      "insert into links (public_id, account_id, host, code, code_fold, campaign_id, target_url) "
      "select 'l' || n, 1, 'c.localhost', 'c' || n, 'c' || n, 1, 'https://shop.example/' || repeat('x', 200) "
      "from generate_series(1, 12000) n");
  books.run("update links set status = 'deleted' where id <= 10");
  std::string cursor;
  std::set<std::uint64_t> links;
  int pages = 0, secrets = 0, campaigns = 0;
  for (bool complete = false; !complete; ++pages) {
    ASSERT_LT(pages, 20);
    const auto bytes = directory_page(books.database, kSnapshotPath, "after=" + cursor, kNowUs);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_LT(bytes->size(), 1'100'000u);
    const auto part = page(books.database, kSnapshotPath, "after=" + cursor);
    for (const auto& entity : part.entities()) {
      secrets += entity.has_secrets();
      campaigns += entity.has_campaign();
      if (entity.has_link()) links.insert(entity.link().id());
    }
    complete = part.complete();
    EXPECT_EQ(complete, part.next().empty());
    cursor = part.next();
  }
  EXPECT_GT(pages, 2);
  EXPECT_EQ(secrets, 1);
  EXPECT_EQ(campaigns, 1);
  EXPECT_EQ(links.size(), 11'990u);
}

TEST(Pages, RefuseWhatIsNotTheirs) {
  Books books;
  EXPECT_EQ(directory_page(books.database, kChangesPath, "epoch=1", kNowUs).error().kind, ErrorKind::invalid);
  EXPECT_EQ(directory_page(books.database, kChangesPath, "epoch=x&after=1", kNowUs).error().kind, ErrorKind::invalid);
  EXPECT_EQ(directory_page(books.database, kChangesPath, "epoch=1&after=99999999999999999999", kNowUs).error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(directory_page(books.database, kSnapshotPath, "after=zz", kNowUs).error().kind, ErrorKind::invalid);
  EXPECT_EQ(directory_page(books.database, "/internal/other", "", kNowUs).error().kind, ErrorKind::not_found);
}

// Who waits for a change until nothing waits any more finds it under the version that comes with this answer.
TEST(Progress, IsOfOneMoment) {
  Books books;
  shared_redis().flush();
  PublisherOptions options;
  options.postgres_url = books.url;
  options.redis = redis_options();
  options.poll_us = 1'000;
  Metrics metrics;
  Publisher publisher(options, system_clock(), metrics);
  Worker worker("publisher", [&publisher](std::stop_token stop) { publisher.run(stop); });
  const auto settled = [&books] {
    auto progress = directory_progress(books.database).value();
    for (int looks = 0; progress.changes_waiting != 0 && looks < 100'000; ++looks) {
      progress = directory_progress(books.database).value();
    }
    EXPECT_EQ(progress.changes_waiting, 0);
    return progress.state.version;
  };
  auto version = settled();
  for (int i = 0; i < 100; ++i) {
    books.run("update campaigns set updated_at = now()");
    ASSERT_EQ(settled(), ++version);
  }
}

TEST(DirectoryPages, GiveTheSaltsOfTheDay) {
  Books books;
  const auto salts = [&](std::int64_t now_us) {
    schema::VisitorSalts page;
    FOOTFALL_CHECK(page.ParseFromString(directory_page(books.database, kSaltsPath, "", now_us).value()));
    return page;
  };
  const auto page = salts(kNowUs);
  ASSERT_EQ(page.salts_size(), 4);
  EXPECT_EQ(page.salts(0).day(), static_cast<std::uint32_t>(wire::utc_day(kNowUs)));
  EXPECT_EQ(salts(kNowUs).SerializeAsString(), page.SerializeAsString());
  const auto later = salts(kNowUs + 2 * 86'400'000'000);
  EXPECT_EQ(later.salts(0).SerializeAsString(), page.salts(1).SerializeAsString());
}

}  // namespace
}  // namespace footfall::core::testing
