// How fast ingest stores: fills Redis streams with clicks, then times an StreamOwner until the last one is in
// PostgreSQL with its roll-ups, uniqueness and position. Servers of its own, durable (fsync on). Prints clicks per
// second and the CPU that each side took per click.
//
//   ingest_bench [--clicks N] [--streams K] [--links L] [--client-ids PERCENT] [--repeats PERCENT] [--pin] …
//
// --pin puts this program and Redis on CPU 0 and PostgreSQL on CPU 1, as a machine with one core each would have them.
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/ingest/stream_owner.h"
#include "core/storage/partitions.h"
#include "proto/wire/click.h"
#include "proto/wire/streams.h"
#include "tests/support/private_servers.h"

namespace {

using namespace footfall;

constexpr std::uint64_t kClicksPerEntry = 256;

struct Options {
  std::uint64_t clicks = 500'000;
  std::uint64_t streams = 1;
  std::uint64_t links = 1'000;
  int client_ids = 0;  // percent that bring an id of the client's
  int repeats = 20;    // percent of clicks by visitors who were here before
  std::int64_t transaction = 16'384;
  std::vector<std::string> settings;  // of PostgreSQL
  bool pin = false;
};

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

double own_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct ProcessTimes {
  int parent = 0;
  double cpu_s = 0;
};
ProcessTimes times_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 2)));
  std::string skipped;
  ProcessTimes times;
  std::int64_t user = 0, system = 0;
  fields >> skipped >> times.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  fields >> user >> system;
  times.cpu_s = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return times;
}

// Of the postmaster's living children.
double postgres_cpu_s(int postmaster) {
  double sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto times = times_of(std::stoi(name));
    if (times.parent == postmaster) sum += times.cpu_s;
  }
  return sum;
}

// Harmonic weights: few links get most clicks.
std::discrete_distribution<std::uint64_t> zipf(std::uint64_t count) {
  std::vector<double> weights;
  for (std::uint64_t i = 1; i <= count; ++i) weights.push_back(1.0 / static_cast<double>(i));
  return {weights.begin(), weights.end()};
}

void fill(redis::Redis& redis, const Options& options, std::uint64_t stream, const wire::Incarnation& incarnation,
          std::uint64_t clicks) {
  std::mt19937_64 random(stream + 1);
  auto links = zipf(options.links);
  std::uniform_int_distribution<int> percent(0, 99);
  wire::ClickIdMint mint(static_cast<std::uint32_t>(stream), 0);
  const Key128 tag_key{};
  std::vector<std::string> agents, visitors;
  for (int i = 0; i < 200; ++i) {
    agents.push_back("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" +
                     std::to_string(100 + i) + ".0.0.0 Safari/537.36");
  }
  const auto key = wire::clicks_stream_key("bench-" + std::to_string(stream), incarnation);
  const auto start_us = system_clock().wall_us();
  for (std::uint64_t first = 1; first <= clicks; first += kClicksPerEntry) {
    const auto last = std::min(clicks, first + kClicksPerEntry - 1);
    std::string batch;
    for (auto number = first; number <= last; ++number) {
      const bool known = !visitors.empty() && percent(random) < options.repeats;
      if (!known) visitors.emplace_back(wire::Incarnation::random().view());
      wire::Click click;
      click.received_us = start_us + static_cast<std::int64_t>(number) * 10;
      click.id = mint.mint(click.received_us, tag_key);
      click.link.value = 1 + links(random);
      click.campaign.value = 1 + click.link.value % 50;
      click.affiliate.value = 1 + click.link.value % 500;
      click.account.value = 1;
      click.source =
          percent(random) < options.client_ids ? wire::ClickSource::posted_client_id : wire::ClickSource::redirect;
      click.visitor = known ? visitors[random() % visitors.size()] : visitors.back();
      click.ip = std::string_view("\xC0\x00\x02\x00", 4);
      click.user_agent = agents[random() % agents.size()];
      click.referrer = "https://blog.example/posts/ten-things";
      click.landing = "https://shop.example/product/1234";
      if (number % 3 == 0) click.query = "sub1=newsletter&utm_source=mail&utm_campaign=spring";
      wire::append_click(batch, click);
    }
    wire::append_batch_trailer(batch, incarnation, first, last, wire::VoidReason::none);
    const auto id = wire::EntryId{1, last}.text();
    const auto reply = redis.command({"XADD", key, id, wire::kBatchField, batch});
    FOOTFALL_CHECK(reply.has_value() && !reply->is_error());
  }
}

int run(const Options& options) {
  if (options.pin) pin_to(1);
  std::vector<std::string> settings = {"fsync=on", "synchronous_commit=on", "shared_buffers=512MB", "max_wal_size=8GB"};
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  support::PrivatePostgres postgres(settings);
  if (options.pin) pin_to(0);
  support::PrivateRedis server;
  redis::Options redis_options;
  redis_options.port = server.port();
  redis_options.command_ms = 5'000;
  auto redis = redis::make_client(redis_options);
  const auto url = postgres.fresh_database();
  core::Database database(url);
  FOOTFALL_CHECK(core::migrate(database).has_value());
  const auto& clock = system_clock();
  const auto today = core::click_days(clock.wall_us(), 0).first;
  FOOTFALL_CHECK(core::ensure_partition(database, today).has_value());
  const auto backend = static_cast<int>(database.query("select pg_backend_pid()")->integer(0, 0));
  const int postmaster = times_of(backend).parent;

  const auto per_stream = options.clicks / options.streams;
  std::vector<core::StreamHeard> heard;
  for (std::uint64_t stream = 0; stream < options.streams; ++stream) {
    const auto incarnation = wire::Incarnation::random();
    fill(*redis, options, stream, incarnation, per_stream);
    const auto number = static_cast<std::uint32_t>(stream);
    heard.push_back({incarnation, "bench-" + std::to_string(stream), number, per_stream, false});
  }
  FOOTFALL_CHECK(core::note_heard(database, heard).has_value());

  Metrics metrics;
  core::IngestProbe probe(metrics);
  const auto rules = core::ClickRules::load({}).value();
  core::StreamOwnerOptions owner_options;
  owner_options.postgres_url = url;
  owner_options.redis = redis_options;
  owner_options.limits.clicks_max = options.transaction;
  owner_options.lag = &core::ingest_lag(metrics, "bench");
  core::StreamOwner owner(owner_options, *rules, clock, probe);

  const auto total = per_stream * options.streams;
  const double own_before = own_cpu_s(), postgres_before = postgres_cpu_s(postmaster);
  const auto start_us = clock.steady_us();
  while (probe.stored.value() < total) {
    if (!owner.run_once()) clock.sleep_us(1'000);
  }
  const double seconds = static_cast<double>(clock.steady_us() - start_us) / 1e6;
  const double own = own_cpu_s() - own_before, books = postgres_cpu_s(postmaster) - postgres_before;
  const auto count = static_cast<double>(total);
  const auto rows = database.query("select count(*) from clicks")->integer(0, 0);
  std::printf("%llu clicks in %.2f s: %.0f/s; CPU per click: core %.2f us, PostgreSQL %.2f us; %llu transactions%s\n",
              static_cast<unsigned long long>(total), seconds, count / seconds, own / count * 1e6, books / count * 1e6,
              static_cast<unsigned long long>(probe.transactions.value()), options.pin ? "; one CPU each" : "");
  return rows == static_cast<std::int64_t>(total) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Times ingest from Redis to PostgreSQL."};
  Options options;
  app.add_option("--clicks", options.clicks, "how many");
  app.add_option("--streams", options.streams, "over how many streams");
  app.add_option("--links", options.links, "over how many links, harmonically");
  app.add_option("--client-ids", options.client_ids, "percent with an id of the client's");
  app.add_option("--repeats", options.repeats, "percent by visitors who were here before");
  app.add_option("--transaction", options.transaction, "clicks per transaction at most");
  app.add_option("--postgres", options.settings, "a setting of PostgreSQL, name=value; may be given again");
  app.add_flag("--pin", options.pin, "one CPU for core and Redis, one for PostgreSQL");
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
