// What a link with rules costs above a plain one, step by step: the whole for a visitor whose target depends on device
// and country, the parts of that, and a deep link.
#include <benchmark/benchmark.h>

#include <string>

#include "edge/handlers/deep_link.h"
#include "edge/handlers/device.h"
#include "edge/handlers/link_target.h"
#include "edge/handlers/visitor.h"
#include "loadtest/known_countries.h"
#include "proto/wire/link_targets.h"

namespace footfall {
namespace {

constexpr std::string_view kUserAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
constexpr Key128 kKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// Four targets; the visitor's is one of the last two, by weight.
std::string packed_targets() {
  std::string out;
  wire::append_link_target(out, {.devices = wire::kMobile, .countries = "DEATCH", .url = "https://m.shop.example/de"});
  wire::append_link_target(out, {.devices = wire::kMobile, .url = "https://m.shop.example/"});
  wire::append_link_target(out, {.countries = "DEATCH", .url = "https://a.shop.example/de"});
  wire::append_link_target(out, {.countries = "DEATCH", .weight = 3, .url = "https://b.shop.example/de"});
  return out;
}

void rules_of_link(benchmark::State& state) {
  const KnownCountries known;
  edge::CountryLookup countries = known.lookup();
  const std::string targets = packed_targets();
  const http::Address address = http::parse_address("192.0.2.17");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        edge::choose_target(targets, {.devices = edge::device_of(kUserAgent),
                                      .country = countries.find(address),
                                      .draw = edge::visitor_draw(kKey, wire::LinkId{7}, address, kUserAgent)}));
  }
}
BENCHMARK(rules_of_link);

void device_of_visitor(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(edge::device_of(kUserAgent));
}
BENCHMARK(device_of_visitor);

void country_of_visitor(benchmark::State& state) {
  const KnownCountries known;
  edge::CountryLookup countries = known.lookup();
  const http::Address address = http::parse_address("192.0.2.17");
  for (auto _ : state) benchmark::DoNotOptimize(countries.find(address));
}
BENCHMARK(country_of_visitor);

void draw_of_visitor(benchmark::State& state) {
  const http::Address address = http::parse_address("192.0.2.17");
  for (auto _ : state) benchmark::DoNotOptimize(edge::visitor_draw(kKey, wire::LinkId{7}, address, kUserAgent));
}
BENCHMARK(draw_of_visitor);

void deep_link(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(edge::write_deep_link(
        out, "sub1=mail&url=https%3A%2F%2Fwww.shop.example%2Fshoes%3Fsize%3D42", "shop.example *.shop.example"));
  }
}
BENCHMARK(deep_link);

}  // namespace
}  // namespace footfall
