// Two passes: sub ids and utm_… are read from the whole query first, so that no number of other parameters keeps them
// out; then the others within what is left of the bounds.
#include "core/ingest/query_fields.h"

#include <algorithm>
#include <set>

#include "proto/base/bytes.h"
#include "proto/base/logging.h"
#include "proto/wire/placeholder.h"
#include "proto/wire/query.h"

namespace footfall::core {
namespace {

constexpr std::size_t kNameBytesMax = 128;

std::string decoded(std::string_view text, std::size_t max) {
  const std::string clean = valid_utf8(percent_decode(text, true));
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

bool is_utm(std::string_view name) { return name.starts_with("utm_"); }

class Reader {
 public:
  void read(std::string_view query, bool attribution) {
    wire::QueryReader reader(query);
    for (wire::QueryParameter parameter; reader.next(parameter);) {
      std::string name = decoded(parameter.name, kNameBytesMax);
      const int sub = sub_index(name);
      if (name.empty() || (sub >= 0 || is_utm(name)) != attribution) continue;
      if (seen_.size() >= kQueryFieldsMax || seen_.contains(name)) continue;
      if (sub >= 0) {
        take_sub(static_cast<std::size_t>(sub), parameter.value);
      } else if (!take_other(name, parameter.value)) {
        continue;
      }
      seen_.insert(std::move(name));
    }
  }

  QueryFields finish() {
    if (!fields_.utm.empty()) fields_.utm += '}';
    if (!fields_.params.empty()) fields_.params += '}';
    return std::move(fields_);
  }

 private:
  // A placeholder that the network left unexpanded counts as absent.
  void take_sub(std::size_t index, std::string_view text) {
    std::string value = decoded(text, kSubBytesMax);
    if (!wire::is_placeholder(value)) fields_.sub[index] = std::move(value);
  }

  bool take_other(std::string_view name, std::string_view text) {
    const std::string value = decoded(text, is_utm(name) ? kUtmBytesMax : kQueryFieldBytesMax);
    if (bytes_ + name.size() + value.size() > kQueryFieldBytesMax) return false;
    bytes_ += name.size() + value.size();
    add(is_utm(name) ? fields_.utm : fields_.params, name, value);
    return true;
  }

  QueryFields fields_;
  std::set<std::string> seen_;
  std::size_t bytes_ = 0;
};

}  // namespace

QueryFields query_fields(std::string_view query) {
  Reader reader;
  reader.read(query, true);
  reader.read(query, false);
  return reader.finish();
}

}  // namespace footfall::core
