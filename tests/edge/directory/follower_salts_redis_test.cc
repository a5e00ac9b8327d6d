// The salts of visitor hashes on their way to edges, over midnight, and off their disks (COMMON.md D-16).
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "edge/directory/content.h"
#include "edge/directory/snapshot.h"
#include "tests/edge/directory/follower_fixture.h"

namespace footfall::edge::testing {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

// The system's clock, whose wall time a test sets forward.
class ShiftedClock : public Clock {
 public:
  std::int64_t wall_us() const override { return clock().wall_us() + shift_us; }
  std::int64_t steady_us() const override { return clock().steady_us(); }
  void sleep_us(std::int64_t) const override { std::this_thread::yield(); }
  std::atomic<std::int64_t> shift_us = 0;

 private:
  static const Clock& clock() { return system_clock(); }
};

class FollowerSaltsTest : public FollowerTest {
 protected:
  FollowerSaltsTest() { publish_days(today() - 1, today() + wire::kSaltDaysAhead); }

  std::int64_t today() const { return wire::utc_day(clock.wall_us()); }
  void publish_days(std::int64_t first, std::int64_t last, char byte = 's') {
    publisher.books.salts.Clear();
    for (std::int64_t day = first; day <= last; ++day) {
      schema::VisitorSalt& salt = *publisher.books.salts.add_salts();
      salt.set_day(static_cast<std::uint32_t>(day));
      salt.set_salt(std::string(15, byte) + static_cast<char>('a' + day % 26));
    }
  }
  bool eventually_has(Edge& edge_of, std::int64_t first, std::int64_t last) {
    return eventually([&] {
      const VisitorSalts salts = edge_of.salts();
      return !salts.all().empty() && salts.all().front().day == first && salts.all().back().day == last;
    });
  }

  ShiftedClock clock;
  const support::TempDir folder;
  const std::string path = (folder.path() / "directory").string();
  Edge one{redis.port(), core.port(), path, clock};
  Edge other{redis.port(), core.port(), {}, clock};
};

TEST_F(FollowerSaltsTest, AreThereWithTheDirectoryAndAlikeOnTwoEdges) {
  publisher.write_salts();
  one.start();
  other.start();
  ASSERT_TRUE(eventually([&] { return one.store.loaded() && other.store.loaded(); }));
  EXPECT_EQ(one.salts().all().size(), wire::kSaltsMax) << "before the first click is taken";
  EXPECT_EQ(one.salts(), other.salts());
}

TEST_F(FollowerSaltsTest, ComeFromCoreWhileRedisIsAway) {
  redis.stop();
  core.serve(publisher.books);
  one.start();
  EXPECT_TRUE(eventually_has(one, today() - 1, today() + wire::kSaltDaysAhead));
}

TEST_F(FollowerSaltsTest, LastOverMidnightWithRedisAndCoreAway) {
  publisher.write_salts();
  one.start();
  other.start();
  const std::int64_t before = today();
  ASSERT_TRUE(eventually_has(one, before - 1, before + 3) && eventually_has(other, before - 1, before + 3));
  redis.stop();
  clock.shift_us = kDayUs;
  EXPECT_TRUE(eventually_has(one, before, before + 3) && eventually_has(other, before, before + 3));
  EXPECT_EQ(one.salts(), other.salts());
  EXPECT_NE(one.salts().find(today()), nullptr);
  clock.shift_us = 5 * kDayUs;
  EXPECT_TRUE(eventually([&] { return one.salts().all().empty(); })) << "none lasts for ever";
}

TEST_F(FollowerSaltsTest, AnEmptyRedisTakesNoneAway) {
  one.start();
  ASSERT_TRUE(eventually([&] { return one.store.loaded(); }));
  publisher.write_salts();
  ASSERT_TRUE(eventually_has(one, today() - 1, today() + 3)) << "asked for again while some are missing";
  publish_days(today(), today(), 't');
  publisher.write_salts();
  const auto reloads = one.reloads("epoch");
  publisher.republish_under_new_epoch();
  ASSERT_TRUE(eventually([&] { return one.reloads("epoch") > reloads && one.follower->epoch() == 2; }));
  const VisitorSalts salts = one.salts();
  EXPECT_EQ(salts.all().size(), wire::kSaltsMax);
  EXPECT_EQ((*salts.find(today()))[0], 't') << "the source's counts";
  EXPECT_EQ((*salts.find(today() + 1))[0], 's');
}

TEST_F(FollowerSaltsTest, ARestartFindsThemOnDiskAndDropsWhatIsOver) {
  publisher.write_salts();
  one.start();
  ASSERT_TRUE(eventually_has(one, today() - 1, today() + 3));
  ASSERT_TRUE(eventually([&] {
    const auto saved = load_snapshot(path);
    return saved && saved->salts.all().size() == wire::kSaltsMax;
  }));
  one.stop();
  redis.stop();
  clock.shift_us = kDayUs;
  Edge again{redis.port(), core.port(), path, clock};
  ASSERT_TRUE(again.follower->load_snapshot());
  EXPECT_EQ(again.salts().all().front().day, today() - 1);
  again.start();
  EXPECT_TRUE(eventually([&] { return load_snapshot(path)->salts == again.salts(); }, 10'000)) << "the file, too";
  EXPECT_EQ(load_snapshot(path)->salts.all().front().day, today() - 1);
}

}  // namespace
}  // namespace footfall::edge::testing
