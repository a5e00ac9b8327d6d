// The text functions that meet a visitor's bytes first.
#include <cstdint>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/logging.h"
#include "proto/base/result.h"
#include "proto/wire/dialect.h"

using namespace footfall;

namespace {

void check_utf8(std::string_view text) {
  const std::string repaired = valid_utf8(text);
  FOOTFALL_CHECK(is_valid_utf8(repaired) && is_valid_utf8(text) == (repaired == text));
  const std::string_view cut = truncate_utf8(repaired, repaired.size() / 2);
  FOOTFALL_CHECK(is_valid_utf8(cut) && cut.size() + 3 >= repaired.size() / 2);
}

void check_percent(std::string_view text) {
  FOOTFALL_CHECK(percent_decode(text, true).size() <= text.size());
  FOOTFALL_CHECK(percent_decode(percent_encode(text), false) == text);
  FOOTFALL_CHECK(from_hex(to_hex(text)) == text);
}

void check_time(std::string_view text) {
  if (const auto us = parse_iso8601(text)) {
    // Offsets reach a day beyond the four-digit years, which formatting clamps.
    const auto again = parse_iso8601(iso8601_ms(*us));
    constexpr std::int64_t kDayUs = 86'400'000'000;
    FOOTFALL_CHECK(again && *us - *again < kDayUs && *again - *us <= kDayUs);
  }
  if (const auto seconds = parse_duration_s(text)) FOOTFALL_CHECK(*seconds >= 1);
}

void check_dialect(std::string_view text) {
  const std::string_view path = text.substr(0, text.find('\n'));
  const std::string_view rest = text.substr(path.size());
  FOOTFALL_CHECK(wire::classify_dialect({}, {"", path, trim(rest), rest.size() % 2 == 1}) != wire::Dialect::none);
  FOOTFALL_CHECK(is_valid_utf8(wire::error_body(wire::Dialect::selgeo, 400, text)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_utf8(text);
  check_percent(text);
  check_time(text);
  check_dialect(text);
  std::string json;
  append_json_string(json, text);
  FOOTFALL_CHECK(json.size() >= 2 && is_valid_utf8(json) && json.find('\n') == std::string::npos);
  return 0;
}
