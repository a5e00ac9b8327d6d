#include "edge/handlers/click_query.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"
#include "proto/wire/click.h"
#include "proto/wire/query.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kValueBytesMax = 3 * 256;  // 256 bytes, each of them as an escape
constexpr std::array<std::string_view, 5> kSubs = {"sub1", "sub2", "sub3", "sub4", "sub5"};

int sub_index(std::string_view name) {
  for (std::size_t i = 0; i < kSubs.size(); ++i) {
    if (wire::same_parameter_name(name, kSubs[i])) return static_cast<int>(i);
  }
  return -1;
}

// "utm_", or with its underscore as an escape.
bool is_utm(std::string_view name) { return percent_decode(name.substr(0, 12), true).starts_with("utm_"); }

class FittedQuery {
 public:
  explicit FittedQuery(std::string& out) : out_(out) { out_.clear(); }

  void add_whole(const wire::QueryParameter& parameter) {
    if (parameter.segment.size() + 1 <= room()) append(parameter.segment);
  }
  // What is read out of the query is better cut than left out.
  void add_cut(const wire::QueryParameter& parameter) {
    const std::size_t head = parameter.name.size() + 2;  // with '&' and '='
    if (head >= room()) return;
    append(parameter.name);
    out_ += '=';
    out_ += cut_text(parameter.value, std::min(kValueBytesMax, wire::kQueryBytesMax - out_.size()));
  }

 private:
  std::size_t room() const { return wire::kQueryBytesMax - out_.size(); }
  void append(std::string_view text) {
    if (!out_.empty()) out_ += '&';
    out_ += text;
  }
  std::string& out_;
};

}  // namespace

std::string_view fit_click_query(std::string_view query, std::string& memory) {
  if (query.size() <= wire::kQueryBytesMax) return query;
  FittedQuery fitted(memory);
  std::array<bool, kSubs.size()> seen{};
  wire::QueryParameter parameter;
  for (wire::QueryReader reader(query); reader.next(parameter);) {
    const int sub = sub_index(parameter.name);
    if (sub < 0 || seen[static_cast<std::size_t>(sub)]) continue;  // of a repeated one the first counts
    seen[static_cast<std::size_t>(sub)] = true;
    fitted.add_cut(parameter);
  }
  for (wire::QueryReader reader(query); reader.next(parameter);) {
    if (is_utm(parameter.name)) fitted.add_cut(parameter);
  }
  for (wire::QueryReader reader(query); reader.next(parameter);) {
    if (sub_index(parameter.name) < 0 && !is_utm(parameter.name)) fitted.add_whole(parameter);
  }
  return memory;
}

}  // namespace footfall::edge
