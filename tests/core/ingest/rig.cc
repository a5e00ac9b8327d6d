// Redis and PostgreSQL are started once for the test program. The first test migrates a database, and each test gets a
// copy of it. A TestEdge encodes clicks as an edge does and writes stream entries and heartbeats with its own commands.
#include "tests/core/ingest/rig.h"

#include "proto/schema/click.pb.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/watermark.h"

namespace footfall::core::testing {
namespace {

constexpr std::int64_t kNoonUs = 1'760'961'600'000'000;  // 2025-10-20 12:00 UTC

}  // namespace

support::PrivateRedis& shared_redis() {
  static support::PrivateRedis redis;
  return redis;
}

support::PrivatePostgres& shared_postgres() {
  static support::PrivatePostgres postgres({"max_connections=40"});
  return postgres;
}

redis::Options redis_options() {
  redis::Options options;
  options.port = shared_redis().port();
  options.retry_ms = 1;
  return options;
}

std::string fresh_database_url() {
  // One database is migrated and then copied, which takes a tenth of the time.
  static const std::string pattern = [] {
    Database database(shared_postgres().fresh_database());
    const auto migrated = migrate(database);
    FOOTFALL_CHECK(migrated.has_value());
    return std::string(database.query("select current_database()")->text(0, 0));
  }();
  static int copies = 0;
  const auto name = "database_" + std::to_string(++copies);
  Database server(shared_postgres().url());
  const auto copied = server.execute("create database " + name + " template " + pattern);
  FOOTFALL_CHECK(copied.has_value());
  return shared_postgres().url(name);
}

wire::ClickId id_at(std::int64_t wall_us) {
  // A mint that is used more than once never goes back in time.
  wire::ClickIdMint mint(7, 0);
  return mint.mint(wall_us, Key128{});
}

TestEdge::TestEdge(Rig& rig, std::string edge) : TestEdge(rig, std::move(edge), wire::Incarnation::random()) {}
TestEdge::TestEdge(Rig& rig, std::string edge, const wire::Incarnation& same)
    : name(std::move(edge)), incarnation(same), rig_(rig) {}

void TestEdge::take(const std::vector<TestClick>& added) {
  for (auto click : added) {
    if (click.received_us == 0) click.received_us = rig_.clock.wall_us();
    if (click.id == wire::ClickId{}) click.id = id_at(click.received_us);
    clicks.push_back(click);
  }
}

void TestEdge::take(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    TestClick click;
    click.visitor = wire::Incarnation::random().view();
    take({click});
  }
}

std::string TestEdge::encoded(std::uint64_t first, std::uint64_t last) const {
  std::string bytes;
  for (auto number = first; number <= last; ++number) {
    const auto& from = clicks.at(number - 1);
    wire::Click click;
    click.id = from.id;
    click.received_us = from.received_us;
    click.account.value = from.account;
    click.mode = from.mode;
    click.campaign.value = from.campaign;
    click.affiliate.value = from.affiliate;
    click.link.value = from.link;
    click.key.value = from.key;
    click.verdict = from.verdict;
    click.privacy = from.privacy;
    click.source = from.source;
    click.visitor = from.visitor;
    click.ip = std::string_view("\xC6\x33\x64\x00", 4);
    click.user_agent = from.user_agent;
    click.referrer = from.referrer;
    click.landing = "https://shop.example/";
    click.query = from.query;
    wire::append_click(bytes, click);
  }
  wire::append_batch_trailer(bytes, incarnation, first, last, wire::VoidReason::none);
  return bytes;
}

void TestEdge::ship(std::uint64_t first, std::uint64_t last) { ship_raw(last, encoded(first, last)); }

void TestEdge::ship_raw(std::uint64_t last, std::string_view bytes) {
  const auto id = wire::EntryId{generation, last}.text();
  const auto reply = rig_.redis->command({"XADD", key(), id, wire::kBatchField, bytes});
  FOOTFALL_CHECK(reply.has_value() && !reply->is_error());
}

void TestEdge::ship_void(std::uint64_t first, std::uint64_t last, wire::VoidReason reason) {
  std::string bytes;
  wire::append_batch_trailer(bytes, incarnation, first, last, reason);
  ship_raw(last, bytes);
}

void TestEdge::ship_all_from(std::uint64_t first) {
  for (; first <= head(); first += 5) ship(first, std::min<std::uint64_t>(first + 4, head()));
}

void TestEdge::send_heartbeat(bool ended) {
  const auto hex = incarnation.hex();
  const auto bytes = wire::encode_heartbeat({.edge = name,
                                             .edge_number = 7,
                                             .incarnation = incarnation,
                                             .head = head(),
                                             .tick = tick,
                                             .ended = ended,
                                             .generation = generation,
                                             .now_us = rig_.clock.wall_us() + clock_error_us});
  const auto reply = rig_.redis->command({"HSET", wire::kIncarnationsKey, hex, bytes});
  FOOTFALL_CHECK(reply.has_value());
}

Rig::Rig()
    : url(fresh_database_url()),
      database(url),
      redis(redis::make_client(redis_options())),
      probe(metrics),
      rules(std::move(ClickRules::load({}).value())) {
  shared_redis().flush();
  clock.wall = kNoonUs;
  limits.resend_after_us = 2'000'000;
  watermark_publisher = new_watermark_publisher();
  owner = new_owner();
}

std::unique_ptr<StreamOwner> Rig::new_owner() {
  StreamOwnerOptions options;
  options.postgres_url = url;
  options.redis = redis_options();
  options.limits = limits;
  options.lag = &ingest_lag(metrics, "test");
  return std::make_unique<StreamOwner>(options, *rules, clock, probe);
}

std::unique_ptr<WatermarkPublisher> Rig::new_watermark_publisher() {
  return std::make_unique<WatermarkPublisher>(WatermarkPublisherOptions{url, redis_options(), 60'000'000}, clock,
                                              probe);
}

void Rig::run_rounds(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    if (watermark_publisher) watermark_publisher->run_once();
    clock.advance(300'000);
    if (owner) {
      for (int passes = 0; passes < 20 && owner->run_once(); ++passes) {
      }
    }
    clock.advance(300'000);
  }
}

std::int64_t Rig::number(const std::string& sql) {
  auto rows = database.query(sql);
  if (!rows) throw std::runtime_error(rows.error().message);
  return rows->empty() ? -1 : rows->integer(0, 0);
}

std::string Rig::text(const std::string& sql) {
  auto rows = database.query(sql);
  if (!rows) throw std::runtime_error(rows.error().message);
  return rows->empty() ? "" : std::string(rows->text(0, 0));
}

std::optional<PublishedWatermark> Rig::mark(const wire::Incarnation& incarnation) {
  const auto hex = incarnation.hex();
  const auto reply = redis->command({"HGET", wire::kStoredKey, hex});
  if (!reply || reply->is_nil()) return std::nullopt;
  const auto watermark = wire::decode_watermark(reply->text);
  if (!watermark) return std::nullopt;
  return PublishedWatermark{watermark->position, watermark->epoch,   watermark->resend_nonce,
                            watermark->heard,    watermark->retired, watermark->database};
}

std::int64_t Rig::redis_number(const redis::Arguments& command) {
  const auto reply = redis->command(command);
  FOOTFALL_CHECK(reply.has_value());
  return reply->integer;
}

ReplayTally replay(Rig& rig, const ReplayOptions& options) {
  Database database(rig.url);
  auto tally = replay_dead_letters(database, options, *rig.rules, rig.clock);
  FOOTFALL_CHECK(tally.has_value());
  return *tally;
}

}  // namespace footfall::core::testing
