#include "core/ingest/query_fields.h"

#include <algorithm>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/logging.h"
#include "proto/wire/query.h"

namespace footfall::core {
namespace {

constexpr std::size_t kNameBytesMax = 128;

std::string decoded(std::string_view text, std::size_t max) {
  auto clean = valid_utf8(percent_decode(text, true));
  return std::string(truncate_utf8(clean, max));
}

void add(std::string& object, std::string_view name, std::string_view value) {
  object += object.empty() ? '{' : ',';
  append_json_string(object, name);
  object += ':';
  append_json_string(object, value);
}

int sub_index(std::string_view name) {
  if (name.size() != 4 || !name.starts_with("sub") || name[3] < '1' || name[3] > '5') return -1;
  return name[3] - '1';
}

}  // namespace

QueryFields query_fields(std::string_view query) {
  QueryFields fields;
  std::vector<std::string> seen;
  std::size_t bytes = 0;
  wire::QueryReader reader(query);
  for (wire::QueryParameter each; seen.size() < kQueryFieldsMax && reader.next(each);) {
    auto name = decoded(each.name, kNameBytesMax);
    if (name.empty() || std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    const int sub = sub_index(name);
    auto value = decoded(each.value, sub >= 0 ? kSubBytesMax : kQueryFieldBytesMax);
    if (bytes + name.size() + value.size() > kQueryFieldBytesMax) continue;
    bytes += name.size() + value.size();
    if (sub >= 0) {
      fields.sub[static_cast<std::size_t>(sub)] = std::move(value);
    } else {
      add(name.starts_with("utm_") ? fields.utm : fields.params, name, value);
    }
    seen.push_back(std::move(name));
  }
  if (!fields.utm.empty()) fields.utm += '}';
  if (!fields.params.empty()) fields.params += '}';
  return fields;
}

}  // namespace footfall::core
