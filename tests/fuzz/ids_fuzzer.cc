// Ids in URLs, entry ids in Redis: whatever is accepted must spell back to what was read.
#include <cstdint>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/result.h"
#include "proto/wire/ids.h"
#include "proto/wire/streams.h"

using namespace footfall;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto id = wire::parse_click_id(text)) {
    FOOTFALL_CHECK(equal_ignoring_case(text, wire::to_uuid(*id)) ||
                   equal_ignoring_case(text, wire::to_base32_upper(*id)) ||
                   equal_ignoring_case(text, wire::to_click_prefixed(*id)));
    FOOTFALL_CHECK(wire::parse_click_id(wire::to_click_prefixed(*id)) == *id);
    FOOTFALL_CHECK(!wire::has_valid_tag(*id, {}) || wire::is_uuid_v7(*id));
  }
  if (const auto id = wire::parse_uuid(text)) FOOTFALL_CHECK(wire::parse_click_id(text) == *id);
  if (const auto entry = wire::parse_entry_id(text)) FOOTFALL_CHECK(wire::parse_entry_id(entry->text()) == *entry);
  if (const auto one = wire::Incarnation::from_hex(text)) FOOTFALL_CHECK(equal_ignoring_case(one->hex(), text));
  return 0;
}
