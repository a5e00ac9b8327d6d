#include "edge/directory/snapshot.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "edge/directory/content.h"
#include "edge/directory/store.h"
#include "tests/edge/directory/builders.h"
#include "tests/support/child_process.h"

namespace footfall::edge {
namespace {

using testing::link;

class SnapshotTest : public ::testing::Test {
 protected:
  std::string path() const { return (folder_.path() / "directory").string(); }
  Result<SavedSnapshot> save(const DirectoryContent& content, const std::stop_token& stop = {}) {
    return save_snapshot(content, salts, {{4, 44}, 1'234}, path(), {0}, system_clock(), stop);
  }
  void write(const std::string& bytes) { std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes; }
  std::string read() const { return support::read_file(path()); }

  support::TempDir folder_;
  VisitorSalts salts;
};

void fill(DirectoryContent& content, std::uint64_t links) {
  content.apply(SecretsEntity{.version = 3, .keys = {.tag_key = {1, 2}, .draw_key = {3}}});
  content.apply(CampaignEntity{
      .id = 7, .version = 2, .account = 3, .target = "https://t.example/", .fallback = {}, .click_parameter = {}});
  content.apply(KeyEntity{
      .id = 5, .version = 6, .hash = sha256("pk"), .account = 3, .clicks_per_minute = 9, .link_host = "c.localhost"});
  for (std::uint64_t id = 1; id <= links; ++id) {
    const std::string code = "code" + std::to_string(id);
    LinkEntity entity = link(id, id % 5 + 1, code);
    const std::string host = "h" + std::to_string(id % 17) + ".example";
    entity.host = host;
    content.apply(entity);
  }
}

TEST_F(SnapshotTest, TheSaltsComeBackAndOneWithoutThemIsRead) {
  DirectoryContent content;
  fill(content, 1);
  ASSERT_TRUE(save(content));
  EXPECT_EQ(load_snapshot(path())->salts, VisitorSalts());
  for (std::int64_t day = 20'000; day < 20'000 + static_cast<std::int64_t>(wire::kSaltsMax); ++day) {
    ASSERT_TRUE(salts.add({day, {static_cast<std::uint8_t>(day), 7}}));
  }
  ASSERT_TRUE(save(content));
  EXPECT_EQ(load_snapshot(path())->salts, salts);
}

TEST_F(SnapshotTest, ComesBackAsItWas) {
  DirectoryContent content;
  fill(content, 20'000);
  content.apply(testing::deleted_link(13, 9));
  const auto saved = save(content);
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(saved->records, 20'001u);

  const auto loaded = load_snapshot(path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->stamp.position, (DirectoryPosition{4, 44}));
  EXPECT_EQ(loaded->stamp.as_of_us, 1'234);
  EXPECT_EQ(loaded->content->links(), 19'999u);
  EXPECT_EQ(loaded->content->secrets()->version, 3u);
  EXPECT_EQ(loaded->content->secrets()->keys.tag_key[1], 2);
  EXPECT_EQ(loaded->content->secrets()->keys.draw_key[0], 3);
  EXPECT_EQ(loaded->content->find_campaign({7})->target, "https://t.example/");
  EXPECT_EQ(loaded->content->find_key(sha256("pk"))->clicks_per_minute, 9u);
  for (std::uint64_t id = 1; id <= 20'000; ++id) {
    const auto found =
        loaded->content->find_link("h" + std::to_string(id % 17) + ".example", "code" + std::to_string(id));
    ASSERT_EQ(found.has_value(), id != 13) << id;
    if (found) {
      ASSERT_EQ(found->id.value, id);
    }
  }
  // Entity versions came along.
  EXPECT_EQ(loaded->content->apply(
                CampaignEntity{.id = 7, .version = 1, .target = {}, .fallback = {}, .click_parameter = {}}),
            Applied::older);
}

TEST_F(SnapshotTest, IsForItsOwnerOnlyAndReplacesWhole) {
  DirectoryContent content;
  fill(content, 10);
  ASSERT_TRUE(save(content));
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u) << "it holds the secrets";
  content.apply(link(11, 1, "eleven"));
  ASSERT_TRUE(save(content));
  EXPECT_EQ(load_snapshot(path())->content->links(), 11u);
}

TEST_F(SnapshotTest, AStoppedOrFailedSaveLeavesTheOldOne) {
  DirectoryContent content;
  fill(content, 10);
  ASSERT_TRUE(save(content));
  const std::string before = read();
  content.apply(link(11, 1, "eleven"));
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = save(content, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, "stopped");
  EXPECT_EQ(read(), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "nothing is left beside it";
  const std::filesystem::path file = *std::filesystem::directory_iterator(folder_.path());
  EXPECT_FALSE(save_snapshot(content, {}, {}, (file / "below").string(), {0}, system_clock(), {}));
  const std::filesystem::path missing = folder_.path() / "not" / "made" / "yet";
  EXPECT_TRUE(save_snapshot(content, {}, {}, missing.string(), {0}, system_clock(), {})) << "its folder is made";
}

TEST_F(SnapshotTest, AnAbsentOneIsNotADamagedOne) {
  EXPECT_EQ(load_snapshot(path()).error().kind, ErrorKind::not_found);
}

TEST_F(SnapshotTest, TruncationAtEveryByteIsRefused) {
  DirectoryContent content;
  fill(content, 6);
  ASSERT_TRUE(save(content));
  const std::string whole = read();
  for (std::size_t size = whole.size() - 1; size != SIZE_MAX; --size) {
    std::filesystem::resize_file(path(), size);
    const auto loaded = load_snapshot(path());
    ASSERT_FALSE(loaded) << "cut to " << size;
    ASSERT_EQ(loaded.error().kind, ErrorKind::invalid);
  }
  write(whole + "x");
  EXPECT_FALSE(load_snapshot(path())) << "something after the end";
  write(whole);
  EXPECT_TRUE(load_snapshot(path()));
}

TEST_F(SnapshotTest, EveryFlippedBitIsRefused) {
  DirectoryContent content;
  fill(content, 6);
  ASSERT_TRUE(save(content));
  const std::string whole = read();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::fstream file(path(),
                      std::ios::binary | std::ios::in | std::ios::out);  // in place: a sync each would take long
    const auto at = static_cast<std::streamoff>(bit / 8);
    file.seekp(at).put(static_cast<char>(whole[bit / 8] ^ (1 << bit % 8))).flush();
    ASSERT_FALSE(load_snapshot(path())) << "bit " << bit;
    file.seekp(at).put(whole[bit / 8]);
  }
}

TEST_F(SnapshotTest, SwappedAndLostFramesAreRefused) {
  DirectoryContent content;
  fill(content, 12'000);  // several frames of links
  ASSERT_TRUE(save(content));
  const std::string whole = read();
  std::vector<std::pair<std::size_t, std::size_t>> frames;  // at, size
  for (std::size_t at = 8; at < whole.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, whole.data() + at, 4);
    frames.emplace_back(at, size + 8);
    at += size + 8;
  }
  ASSERT_GE(frames.size(), 7u);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    write(whole.substr(0, frames[i].first) + whole.substr(frames[i].first + frames[i].second));
    ASSERT_FALSE(load_snapshot(path())) << "without frame " << i;
  }
  const auto [at, size] = frames[frames.size() - 3];
  const auto [next, next_size] = frames[frames.size() - 2];
  write(whole.substr(0, at) + whole.substr(next, next_size) + whole.substr(at, size) + whole.substr(next + next_size));
  EXPECT_FALSE(load_snapshot(path())) << "two frames exchanged";
}

TEST_F(SnapshotTest, SavedWhileTheDirectoryChangesItHoldsEveryLinkInAStateOfThatTime) {
  DirectoryStore store(0);
  auto content = std::make_unique<DirectoryContent>();
  fill(*content, 30'000);
  store.replace(std::move(content));
  store.pin(store.saver());
  Result<SavedSnapshot> saved;
  std::jthread saver([&] {
    saved = save_snapshot(*store.content(), {}, {{4, 44}, 0}, path(), {10 << 20}, system_clock(), {});
    store.unpin(store.saver());
  });
  for (std::uint64_t version = 10; version < 13; ++version) {
    const std::string target = "https://shop.example/v" + std::to_string(version);
    for (std::uint64_t id = 1; id <= 30'000; ++id) {
      const std::string code = "code" + std::to_string(id);
      LinkEntity entity = link(id, version, code, target);
      entity.host = id % 2 == 0 ? "moved.example" : "c.localhost";
      store.apply(entity);
      if (id % 100 == 0) store.reclaim();
    }
    for (std::uint64_t id = 1; id <= 5'000; ++id) {
      const std::string code = "new" + std::to_string(version) + "x" + std::to_string(id);
      store.apply(link(version * 100'000 + id, 1, code));
    }
  }
  saver.join();
  ASSERT_TRUE(saved) << saved.error().message;
  const auto loaded = load_snapshot(path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_GE(loaded->content->links(), 30'000u) << "an entity was missed";
}

}  // namespace
}  // namespace footfall::edge
