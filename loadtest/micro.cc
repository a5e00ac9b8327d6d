// What the steps of a click cost alone: guard and parser, id, visitor's hash, target, record, hand-over, answer.
// The directory has a program of its own (directory_bench).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "edge/handlers/target.h"
#include "edge/handlers/visitor.h"
#include "edge/log/handover.h"
#include "edge/log/record.h"
#include "proto/base/crypto.h"
#include "proto/http/answer.h"
#include "proto/http/parser.h"
#include "proto/wire/click.h"
#include "proto/wire/ids.h"

namespace footfall {
namespace {

constexpr std::string_view kUserAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
constexpr std::string_view kReferrer = "https://blog.example/ten-best-shoes";
constexpr std::string_view kTarget = "https://shop.example/landing?utm_source=news";
constexpr std::string_view kUuid = "01980000-0000-7000-8000-000000000001";
constexpr std::int64_t kNowUs = 1'784'000'000'000'000;
constexpr Key128 kKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr http::HeadLimits kLimits = {16 * 1024, 8 * 1024, 64};

std::string request_of_browser() {
  return "GET /summer24?sub1=mail HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: " + std::string(kUserAgent) +
         "\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
         "Accept-Language: en-GB,en;q=0.9\r\nAccept-Encoding: gzip, deflate\r\n"
         "Referer: " +
         std::string(kReferrer) + "\r\n\r\n";
}

wire::Click click_of_browser(const wire::VisitorHash& visitor) {
  wire::Click click;
  click.received_us = kNowUs;
  click.account = {7};
  click.campaign = {1'234};
  click.affiliate = {56'789};
  click.link = {1'234'567};
  click.visitor = wire::view_of(visitor);
  click.ip = {"\x7f\x00\x00\x00", 4};
  click.user_agent = kUserAgent;
  click.referrer = kReferrer;
  click.landing = kTarget;
  click.query = "sub1=mail";
  return click;
}

void guard_of_head(benchmark::State& state) {
  const std::string bytes = request_of_browser();
  for (auto _ : state) {
    http::HeadScan scan;
    benchmark::DoNotOptimize(scan.advance(bytes, kLimits));
  }
}
BENCHMARK(guard_of_head);

void guard_and_parser(benchmark::State& state) {
  const std::string bytes = request_of_browser();
  http::Head head;
  for (auto _ : state) {
    http::HeadScan scan;
    scan.advance(bytes, kLimits);
    benchmark::DoNotOptimize(http::parse_head({bytes.data(), scan.head_bytes()}, head));
  }
}
BENCHMARK(guard_and_parser);

void siphash_bytes(benchmark::State& state) {
  const std::string data(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(siphash(kKey, data));
}
BENCHMARK(siphash_bytes)->Arg(16)->Arg(24)->Arg(160);

void sha256_of_key(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sha256("pk_live_0123456789abcdefghijklmnopqrstuv"));
}
BENCHMARK(sha256_of_key);

void mint_click_id(benchmark::State& state) {
  wire::ClickIdMint mint(17, 0);
  std::int64_t now = kNowUs;
  for (auto _ : state) benchmark::DoNotOptimize(mint.mint(now += 10, kKey));
}
BENCHMARK(mint_click_id);

void format_click_id(benchmark::State& state) {
  const wire::ClickId id = *wire::parse_uuid(kUuid);
  char text[wire::kUuidLength];
  for (auto _ : state) {
    wire::write_uuid(id, text);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(format_click_id);

void hash_visitor(benchmark::State& state) {
  edge::VisitorParts parts;
  parts.at_us = kNowUs;
  parts.address.size = 4;
  parts.user_agent = kUserAgent;
  edge::VisitorSalts salts;
  salts.add({wire::utc_day(kNowUs), kKey});
  for (auto _ : state) benchmark::DoNotOptimize(edge::visitor_hash(salts, parts));
}
BENCHMARK(hash_visitor);

void write_target(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(edge::append_target(out, {kTarget, "sub1=mail", "click_id", kUuid}));
  }
}
BENCHMARK(write_target);

void encode_click(benchmark::State& state) {
  const wire::VisitorHash visitor{};
  const wire::Click click = click_of_browser(visitor);
  std::string out;
  std::size_t bytes = 0;
  for (auto _ : state) {
    out.clear();
    bytes = wire::append_click(out, click);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(encode_click);

void write_answer(benchmark::State& state) {
  const std::string fields = "Location: " + std::string(kTarget) + "&click_id=" + std::string(kUuid) +
                             "\r\nCache-Control: no-store\r\nX-Robots-Tag: noindex\r\n";
  http::DateLine date;
  const http::Response response{.status = 302, .content_type = {}, .extra_fields = fields, .body = {}};
  std::string out;
  for (auto _ : state) {
    out.clear();
    http::append_answer(out, response, {}, date.at(kNowUs));
  }
}
BENCHMARK(write_answer);

// A batch of `range` clicks goes to the log and its buffer comes back; both ends on this thread.
void hand_over_batch(benchmark::State& state) {
  const wire::VisitorHash visitor{};
  const wire::Click click = click_of_browser(visitor);
  edge::Handover handover(256);
  std::uint64_t ticket = 0;
  for (auto _ : state) {
    edge::OpenBatch batch = handover.take_empty();
    batch.ticket = ++ticket;
    for (std::int64_t i = 0; i < state.range(0); ++i) wire::append_click(batch.clicks, click);
    batch.count = static_cast<std::uint32_t>(state.range(0));
    handover.submit(batch);
    handover.pop_front();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(hand_over_batch)->Arg(1)->Arg(32);

// Header and checksum of a record that holds `range` clicks.
void seal_record_of_log(benchmark::State& state) {
  const wire::VisitorHash visitor{};
  std::string clicks;
  for (std::int64_t i = 0; i < state.range(0); ++i) wire::append_click(clicks, click_of_browser(visitor));
  edge::AlignedBuffer buffer(edge::record_bytes(clicks.size()));
  std::copy(clicks.begin(), clicks.end(), buffer.data() + edge::kRecordHeaderBytes);
  edge::RecordHeader header;
  header.first = 1;
  header.count = static_cast<std::uint32_t>(state.range(0));
  header.length = static_cast<std::uint32_t>(clicks.size());
  for (auto _ : state) benchmark::DoNotOptimize(edge::seal_record(header, buffer.data()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(seal_record_of_log)->Arg(1)->Arg(32);

}  // namespace
}  // namespace footfall

BENCHMARK_MAIN();
