// Where a short link sends its visitor: whatever merchant and visitor write, it is one header value, and the place of
// the click id is ours. The first byte divides the input into target and query.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "edge/handlers/target.h"
#include "proto/base/result.h"
#include "proto/wire/query.h"

using namespace footfall;

namespace {

constexpr std::string_view kId = "018f0000-0000-7000-8000-000000000001";
constexpr std::string_view kOrigin = "https://shop.example/p?cid={click_id}&";

void check_header(std::string_view text) {
  FOOTFALL_CHECK(std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 8'192) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view target = text.substr(0, std::min<std::size_t>(data[0], text.size()));
  const std::string_view query = text.substr(target.size());

  std::string tracked;
  edge::append_target(tracked, {target, query, "click_id", kId});
  check_header(tracked);
  FOOTFALL_CHECK(tracked.find(kId) != std::string::npos);
  std::string untracked;
  edge::append_target(untracked, {target, query, "click_id", {}});
  check_header(untracked);

  std::string placed;
  edge::append_target(placed, {std::string(kOrigin).append(target), query, "click_id", kId});
  check_header(placed);
  footfall::wire::QueryReader reader(std::string_view(placed).substr(placed.find('?') + 1));
  footfall::wire::QueryParameter first;
  FOOTFALL_CHECK(reader.next(first) && first.name == "cid" && first.value.starts_with(kId));
  return 0;
}
