// Readers and the writer at once; most telling under ThreadSanitizer and AddressSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "edge/directory/content.h"
#include "edge/directory/store.h"
#include "tests/edge/directory/builders.h"

namespace footfall::edge {
namespace {

using testing::link;

constexpr std::uint64_t kLinks = 2'000;

std::string code_of(std::uint64_t id) { return "c" + std::to_string(id); }

// Target and fallback agree with each other and with the id, in every state that is ever published.
LinkEntity state(std::uint64_t id, std::uint64_t version, const std::string& code, const std::string& text) {
  LinkEntity entity = link(id, version, code, text);
  entity.fallback = text;
  return entity;
}
std::string text_of(std::uint64_t id, std::uint64_t version) {
  return "https://t.example/" + std::to_string(id) + "/" + std::string(version % 97, 'v');
}

std::unique_ptr<DirectoryContent> whole(std::uint64_t version) {
  auto content = std::make_unique<DirectoryContent>();
  content->apply(SecretsEntity{.version = version, .keys = {.tag_key = {7}, .draw_key = {7}}});
  for (std::uint64_t id = 1; id <= kLinks; ++id) {
    content->apply(state(id, version, code_of(id), text_of(id, version)));
  }
  return content;
}

TEST(Stress, ReadersNeverMissWhatStaysNorSeeHalfAChange) {
  DirectoryStore store(3);
  store.replace(whole(1));
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> faults{0};
  std::atomic<std::uint64_t> reads{0};
  std::vector<std::jthread> readers;
  for (unsigned worker = 0; worker < 3; ++worker) {
    readers.emplace_back([&, worker] {
      std::uint64_t id = worker * 7;
      while (!done.load()) {
        store.pin(worker);
        std::vector<std::pair<std::uint64_t, LinkView>> held;
        for (int i = 0; i < 50; ++i) {
          id = id % kLinks + 1;
          const auto found = store.find_link("c.localhost", code_of(id));
          if (!found || store.secrets().tag_key[0] != 7) {
            ++faults;
            continue;
          }
          held.emplace_back(id, *found);
        }
        std::this_thread::yield();  // the writer goes on while these views are held
        for (const auto& [wanted, view] : held) {
          const std::string start = "https://t.example/" + std::to_string(wanted) + "/";
          if (view.id.value != wanted || view.target != view.fallback || !view.target.starts_with(start)) ++faults;
        }
        reads += held.size();
        store.unpin(worker);
      }
    });
  }
  std::uint64_t version = 1;
  for (int round = 0; round < 12; ++round) {
    for (std::uint64_t id = 1; id <= kLinks; ++id) {
      ++version;
      store.apply(state(id, version, code_of(id), text_of(id, version)));
      // Others come and go around them, so that tables grow, erase and fill.
      const std::string passing = "p" + std::to_string(version);
      store.apply(link(1'000'000 + version, 1, passing));
      if (version % 3 != 0) store.apply(testing::deleted_link(1'000'000 + version, 2));
      if (version % 64 == 0) store.reclaim();
      if (version % 512 == 0) store.apply(SecretsEntity{.version = version, .keys = {.tag_key = {7}, .draw_key = {8}}});
    }
    if (round % 4 == 3) store.replace(whole(++version));
  }
  // Slow machines: at least some reads must have run beside the writing.
  while (reads.load() < 5'000) std::this_thread::yield();
  done = true;
  readers.clear();
  EXPECT_EQ(faults.load(), 0u);
  EXPECT_GE(reads.load(), 5'000u);
}

TEST(Stress, MemoryOfWhatWasReplacedIsUsedAgain) {
  DirectoryStore store(1);
  store.replace(whole(1));
  const std::uint64_t bytes = store.bytes();
  std::uint64_t version = 1;
  for (int round = 0; round < 200; ++round) {
    store.pin(0);
    for (std::uint64_t id = 1; id <= kLinks; ++id) {
      ++version;
      store.apply(state(id, version, code_of(id), text_of(id, version)));
    }
    store.unpin(0);
    store.reclaim();
  }
  EXPECT_LE(store.bytes(), bytes + (std::uint64_t{4} << 20)) << "400,000 replaced records must not pile up";
}

TEST(Stress, AStoreWithNothingLoadedAnswersNothing) {
  DirectoryStore store(1);
  EXPECT_FALSE(store.loaded());
  EXPECT_FALSE(store.find_link("c.localhost", "abc"));
  EXPECT_FALSE(store.find_campaign({1}));
  EXPECT_FALSE(store.find_key(sha256("pk")));
  EXPECT_EQ(store.secrets().tag_key, Key128{});
  store.replace(std::make_unique<DirectoryContent>());
  EXPECT_TRUE(store.loaded());
}

}  // namespace
}  // namespace footfall::edge
