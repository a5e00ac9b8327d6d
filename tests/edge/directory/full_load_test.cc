// A full load step by step, from a source that does what the test says; and core's pages.
#include "edge/directory/full_load.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>

#include "proto/base/clock.h"
#include "tests/edge/directory/builders.h"

namespace footfall::edge {
namespace {

using testing::link;
using Step = std::function<void()>;

class ManualClock : public Clock {
 public:
  std::int64_t wall_us() const override { return now_us; }
  std::int64_t steady_us() const override { return now_us; }
  void sleep_us(std::int64_t) const override {}
  std::int64_t now_us = 0;
};

class ScriptedSource : public DirectorySource {
 public:
  const char* name() const override { return "script"; }
  bool is_truth() const override { return truth; }
  Result<DirectoryPosition> begin_whole() override { return start; }
  Result<bool> take_piece(const EntitySink& sink) override {
    if (pieces.empty()) return false;
    clock.now_us += 60'000;  // after so long changes are looked for
    for (const DirectoryEntity& entity : pieces.front()) sink(&entity);
    pieces.pop_front();
    return true;
  }
  DirectoryPosition promised() const override { return promise; }
  Result<VisitorSalts> read_salts() override { return VisitorSalts(); }
  Result<ChangesRead> read_changes(DirectoryPosition after, std::int64_t, const ChangeSink& sink) override {
    ChangesRead read;
    for (const auto& [version, entity] : changes) {
      read.action = classify_change(after, start.epoch, version);
      if (read.action == ChangeAction::skip) continue;
      if (read.action != ChangeAction::apply) return read;
      sink({.version = version, .committed_us = 0, .entity = &entity});
      after.version = version;
      ++read.given;
    }
    read.action = ChangeAction::apply;
    return read;
  }

  ManualClock clock;
  bool truth = false;
  DirectoryPosition start{1, 5};
  DirectoryPosition promise{1, 5};
  std::deque<std::vector<DirectoryEntity>> pieces;
  std::map<std::uint64_t, DirectoryEntity> changes;
};

class FullLoadTest : public ::testing::Test {
 protected:
  Result<FullLoad> load() {
    return load_whole(
        source, ours, [this](const DirectoryChangeView& change) { early.push_back(change.version); }, source.clock,
        stop.get_token());
  }
  static std::string target(const FullLoad& load, std::string_view code) {
    const auto found = load.content->find_link("c.localhost", code);
    return found ? std::string(found->target) : "none";
  }

  ScriptedSource source;
  std::optional<DirectoryPosition> ours;
  std::vector<std::uint64_t> early;
  std::stop_source stop;
};

TEST_F(FullLoadTest, IsTheWholeWithTheChangesOnTop) {
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}, link(1, 1, "one", "old")}, {link(2, 1, "two", "two")}};
  source.changes = {{6, link(1, 2, "one", "new")}, {7, testing::deleted_link(2, 2)}};
  source.promise = {1, 7};
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->position, (DirectoryPosition{1, 7}));
  EXPECT_EQ(target(*loaded, "one"), "new");
  EXPECT_EQ(target(*loaded, "two"), "none") << "deleted before its own older state came";
}

TEST_F(FullLoadTest, ChangesNewerThanWhatIsServedAreServedMeanwhile) {
  ours = DirectoryPosition{1, 6};
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}, {link(1, 1, "one")}};
  source.changes = {{6, link(1, 2, "one")}, {7, link(1, 3, "one")}};
  source.promise = {1, 7};
  ASSERT_TRUE(load());
  EXPECT_EQ(early, (std::vector<std::uint64_t>{7}));
}

TEST_F(FullLoadTest, WithLessThanWasPromisedItFails) {
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}};
  source.changes = {{6, link(1, 2, "one")}};
  source.promise = {1, 7};
  EXPECT_FALSE(load());
}

TEST_F(FullLoadTest, WithAGapAfterTheSnapshotItFails) {
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}};
  source.changes = {{7, link(1, 2, "one")}};
  source.promise = {1, 7};
  EXPECT_FALSE(load());
}

TEST_F(FullLoadTest, NeverGoesBackNorServesWithoutSecrets) {
  source.pieces = {{link(1, 1, "one")}};
  EXPECT_FALSE(load());
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}};
  ours = DirectoryPosition{1, 6};
  EXPECT_FALSE(load());
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}};
  ours = DirectoryPosition{1, 5};
  EXPECT_TRUE(load());
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}};
  ours = DirectoryPosition{1, 6};
  source.truth = true;
  EXPECT_TRUE(load()) << "core may go back: its database was restored";
}

TEST_F(FullLoadTest, CountsWhatCannotBeTakenAndEndsWhenStopped) {
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}, link(1, 1, "")}};
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->refused, 1u);
  source.pieces = {{SecretsEntity{.version = 1, .keys = {}}}};
  stop.request_stop();
  EXPECT_FALSE(load());
}

// Core's pages, by target.
class PagesOrigin : public DirectoryOrigin {
 public:
  Result<std::string> get(const std::string& target) override {
    const auto found = pages.find(target);
    if (found == pages.end()) return unavailable(ErrorSource::partner, "no " + target);
    return found->second.SerializeAsString();
  }
  static schema::DirectoryPage page(std::uint64_t epoch, std::uint64_t version, bool complete, std::string next = {}) {
    schema::DirectoryPage page;
    page.set_epoch(epoch);
    page.set_version(version);
    page.set_complete(complete);
    page.set_next(std::move(next));
    return page;
  }
  std::map<std::string, schema::DirectoryPage> pages;
};

class CoreSourceTest : public ::testing::Test {
 protected:
  // None: it failed.
  std::optional<int> pieces() {
    if (!source.begin_whole()) return std::nullopt;
    for (int taken = 0;; ++taken) {
      const auto more = source.take_piece([](const DirectoryEntity*) {});
      if (!more) return std::nullopt;
      if (!*more) return taken;
    }
  }
  const std::string snapshot = "/internal/directory/snapshot";
  PagesOrigin origin;
  CoreSource source{origin};
};

TEST_F(CoreSourceTest, TakesPageAfterPageAndPromisesTheNewestSeen) {
  origin.pages[snapshot] = PagesOrigin::page(1, 5, false, "a");
  origin.pages[snapshot + "?after=a"] = PagesOrigin::page(1, 8, true);
  EXPECT_EQ(pieces(), 2);
  EXPECT_EQ(source.promised(), (DirectoryPosition{1, 8}));
}

TEST_F(CoreSourceTest, AMissingPageANewEpochOrALoopEndTheLoad) {
  origin.pages[snapshot] = PagesOrigin::page(1, 5, false, "a");
  EXPECT_EQ(pieces(), std::nullopt) << "page a is missing";
  origin.pages[snapshot + "?after=a"] = PagesOrigin::page(2, 8, true);
  EXPECT_EQ(pieces(), std::nullopt) << "another epoch";
  origin.pages[snapshot + "?after=a"] = PagesOrigin::page(1, 8, false, "a");
  EXPECT_EQ(pieces(), std::nullopt) << "a loop";
  origin.pages[snapshot + "?after=a"] = PagesOrigin::page(1, 8, false);
  EXPECT_EQ(pieces(), std::nullopt) << "neither an end nor more";
  origin.pages[snapshot] = PagesOrigin::page(0, 0, true);
  EXPECT_EQ(pieces(), std::nullopt) << "no epoch";
}

TEST_F(CoreSourceTest, ChangesAreTakenOnlyInTurn) {
  const std::string target = "/internal/directory/changes?epoch=1&after=5";
  std::vector<std::uint64_t> taken;
  const auto read = [&] {
    taken.clear();
    return source.read_changes({1, 5}, 0, [&](const DirectoryChangeView& change) {
      taken.push_back(change.version);
      return true;
    });
  };
  EXPECT_FALSE(read()) << "core is away";
  schema::DirectoryPage page = PagesOrigin::page(1, 9, true);
  for (const std::uint64_t version : {5, 6, 7, 9}) page.add_changes()->set_version(version);
  origin.pages[target] = page;
  EXPECT_EQ(read()->action, ChangeAction::gap);
  EXPECT_EQ(taken, (std::vector<std::uint64_t>{6, 7}));
  origin.pages[target] = PagesOrigin::page(1, 9, true);
  EXPECT_EQ(read()->action, ChangeAction::gap) << "it says there are changes, and gives none";
  origin.pages[target] = PagesOrigin::page(1, 5, true);
  EXPECT_EQ(read()->action, ChangeAction::apply);
  origin.pages[target] = PagesOrigin::page(3, 5, false);
  EXPECT_EQ(read()->action, ChangeAction::new_epoch);
  EXPECT_EQ(read()->newest, (DirectoryPosition{3, 5}));
}

}  // namespace
}  // namespace footfall::edge
