// What a whole redirect costs, from the request to the encoded click and the written answer, without socket and disk;
// and what rules add to it. loadtest/README.md, "What a step costs", has the ratios, and what allocations had cost.
#include <benchmark/benchmark.h>

#include "loadtest/known_countries.h"
#include "tests/edge/handlers/whole_redirect.h"

namespace footfall {
namespace {

void redirect(benchmark::State& state, const char* target) {
  const KnownCountries known;
  edge::WholeRedirect whole(known.lookup());
  edge::MadeRequest made = edge::WholeRedirect::request(target);
  const http::Request& request = made.get();
  for (auto _ : state) benchmark::DoNotOptimize(whole.handle(request));
}
BENCHMARK_CAPTURE(redirect, plain, "/plain?sub1=mail");
BENCHMARK_CAPTURE(redirect, rules, "/rules?sub1=mail");
BENCHMARK_CAPTURE(redirect, macros, "/macros?sub1=mail");
BENCHMARK_CAPTURE(redirect, deep_link, "/deep?url=https%3A%2F%2Fwww.shop.example%2Fshoes%3Fsize%3D42");

}  // namespace
}  // namespace footfall
