// The directory alone: what a look-up costs with more and more links, what a link takes in memory, what changes cost
// beside readers, and how fast an edge starts from its snapshot.
//
//   directory_bench [--benchmark_filter=…]       10,000,000 links need about 1.3 GB of memory and 0.9 GB under TMPDIR
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "edge/directory/content.h"
#include "edge/directory/snapshot.h"
#include "edge/directory/store.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kHost = "c.localhost";
constexpr std::string_view kTarget = "https://shop.example/spring/landing-page?campaign=0123456789";
static_assert(kTarget.size() == 60);

struct Code {
  char text[8];
  std::string_view view() const { return {text, sizeof text}; }
};

Code code_of(std::uint64_t id) {
  static constexpr char kLetters[] = "abcdefghjkmnpqrstuvwxyz123456789";
  std::uint64_t mixed = id * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFF;  // an odd factor: one to one on 40 bits
  Code code;
  for (char& c : code.text) {
    c = kLetters[mixed & 31];
    mixed >>= 5;
  }
  return code;
}

LinkEntity link_of(std::uint64_t id, std::uint64_t version, const Code& code) {
  return {.id = id,
          .version = version,
          .host = kHost,
          .code = code.view(),
          .campaign = 1'000 + id % 5'000,
          .affiliate = 20'000 + id % 30'000,
          .target = kTarget,
          .fallback = {}};
}

// One at a time: 10,000,000 links are a gigabyte.
DirectoryStore& store_of(std::uint64_t links) {
  static std::unique_ptr<DirectoryStore> store;
  static std::uint64_t size = 0;
  if (size != links) {
    store = std::make_unique<DirectoryStore>(1);
    auto content = std::make_unique<DirectoryContent>();
    content->apply(SecretsEntity{.version = 1, .keys = {}});
    for (std::uint64_t id = 1; id <= links; ++id) content->apply(link_of(id, 1, code_of(id)));
    store->replace(std::move(content));
    size = links;
  }
  return *store;
}

// Codes in an order that no cache foresees.
std::vector<Code> codes_to_ask(std::uint64_t links) {
  std::vector<Code> codes(1 << 16);
  std::uint64_t random = 1;
  for (Code& code : codes) {
    random = random * 6364136223846793005 + 1442695040888963407;
    code = code_of((random >> 20) % links + 1);
  }
  return codes;
}

void find_link(benchmark::State& state) {
  const auto links = static_cast<std::uint64_t>(state.range(0));
  const DirectoryStore& store = store_of(links);
  const std::vector<Code> codes = codes_to_ask(links);
  store.pin(0);
  std::size_t next = 0;
  std::uint64_t found = 0;
  for (auto _ : state) {
    const auto link = store.find_link(kHost, codes[next++ & 0xFFFF].view());
    if (link) found += static_cast<std::uint8_t>(link->target.back()) != 0;
    benchmark::DoNotOptimize(found);
  }
  store.unpin(0);
  if (found == 0) state.SkipWithError("nothing was found");
  state.counters["bytes_per_link"] = static_cast<double>(store.bytes()) / static_cast<double>(store.links());
}
BENCHMARK(find_link)->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000);

void find_unknown(benchmark::State& state) {
  const DirectoryStore& store = store_of(static_cast<std::uint64_t>(state.range(0)));
  store.pin(0);
  Code code = code_of(1);
  std::uint64_t n = 0;
  for (auto _ : state) {
    ++n;
    __builtin_memcpy(code.text + 2, &n, 6);
    benchmark::DoNotOptimize(store.find_link(kHost, code.view()));
  }
  store.unpin(0);
}
BENCHMARK(find_unknown)->Arg(1'000)->Arg(1'000'000)->Arg(10'000'000);

void apply_change(benchmark::State& state) {
  const auto links = static_cast<std::uint64_t>(state.range(0));
  DirectoryStore& store = store_of(links);
  static std::uint64_t version = 1;
  std::uint64_t n = 0;
  for (auto _ : state) {
    const std::uint64_t id = (++n * 2'654'435'761) % links + 1;
    store.apply(link_of(id, ++version, code_of(id)));
    if (n % 64 == 0) store.reclaim();
  }
}
BENCHMARK(apply_change)->Arg(1'000)->Arg(1'000'000)->Arg(10'000'000);

std::string snapshot_path() {
  return (std::filesystem::temp_directory_path() / ("directory_bench." + std::to_string(::getpid()))).string();
}

void snapshot_save(benchmark::State& state) {
  const DirectoryStore& store = store_of(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    const auto saved = save_snapshot(*store.content(), {}, {{1, 1}, 0}, snapshot_path(), {0}, system_clock(), {});
    if (!saved) {
      state.SkipWithError(saved.error().message.c_str());
      break;
    }
    state.counters["file_bytes_per_link"] = static_cast<double>(saved->bytes) / static_cast<double>(state.range(0));
  }
}
BENCHMARK(snapshot_save)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

// The file was written a moment ago, so it comes from the page cache: a disk of 1 GB/s adds 0.9 s.
void snapshot_load(benchmark::State& state) {
  const auto links = static_cast<std::uint64_t>(state.range(0));
  const auto saved =
      save_snapshot(*store_of(links).content(), {}, {{1, 1}, 0}, snapshot_path(), {0}, system_clock(), {});
  if (!saved) {
    state.SkipWithError(saved.error().message.c_str());
    return;
  }
  for (auto _ : state) {
    auto loaded = load_snapshot(snapshot_path());
    state.PauseTiming();
    if (!loaded || loaded->content->links() != store_of(links).links()) {
      state.SkipWithError("the load is not sound");
    } else {
      state.counters["bytes_per_link"] =
          static_cast<double>(loaded->content->bytes()) / static_cast<double>(loaded->content->links());
      loaded->content.reset();
    }
    state.ResumeTiming();
  }
  std::filesystem::remove(snapshot_path());
}
BENCHMARK(snapshot_load)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->Iterations(2)->UseRealTime();

}  // namespace
}  // namespace footfall::edge

BENCHMARK_MAIN();
