// Reading a query string in place, as browsers and servers write it: segments between '&', a name up to '=', names
// compared as they decode. Nothing is allocated, nothing is refused. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace footfall::edge {

struct QueryParameter {
  std::string_view segment;  // name and value, as written
  std::string_view name;     // not decoded
  std::string_view value;    // not decoded
};

class QueryReader {
 public:
  explicit QueryReader(std::string_view query) : rest_(query) {}
  // The next segment that is not empty; false at the end.
  bool next(QueryParameter& parameter);

 private:
  std::string_view rest_;
};

bool same_name(std::string_view a, std::string_view b);  // both encoded
// `name` (encoded) decodes to `plain` in any case, or to an array of it ("click_id[]"): frameworks join those.
bool names_parameter(std::string_view name, std::string_view plain);
// The first parameter of that plain name, undecoded; empty if absent.
std::string_view find_parameter(std::string_view query, std::string_view plain);

}  // namespace footfall::edge
