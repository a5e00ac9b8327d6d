// Reading a query string, or a form body, in place, as browsers and servers write it: segments between '&', a name up
// to the first '='. Nothing is refused. QueryReader allocates nothing. Pure.
//
// A query that was copied out of HTML separates with "&amp;"; that counts as '&' (twice escaped, "&amp;amp;", as well).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace footfall::wire {

struct QueryParameter {
  std::string_view segment;  // name and value as written, for passing them on ("amp;" in front is kept)
  std::string_view name;     // not decoded
  std::string_view value;    // not decoded
};

class QueryReader {
 public:
  explicit QueryReader(std::string_view query) : rest_(query) {}
  // Reads the next segment that is not empty; false at the end.
  bool next(QueryParameter& parameter);

 private:
  std::string_view rest_;
  bool is_first_ = true;
};

// Whether two encoded names decode to the same text.
bool same_parameter_name(std::string_view a, std::string_view b);
// Whether `name` (encoded) decodes to `plain` in any case, or to an array of it ("click_id[]"): frameworks join those.
bool names_parameter(std::string_view name, std::string_view plain);
// The first parameter of that plain name, undecoded; empty if it is absent.
std::string_view find_parameter(std::string_view query, std::string_view plain);

// All parameters in order, names and values decoded ('+' is a space; a malformed escape stays as it is written). Those
// beyond `parameters_max` are left out. The bytes need not be UTF-8.
std::vector<std::pair<std::string, std::string>> decode_query(std::string_view query, std::size_t parameters_max = 200);

}  // namespace footfall::wire
