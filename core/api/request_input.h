// The fields of a request as they were sent: the members of a JSON body, the pairs of a form body or the pairs of the
// query, as the route's BodyFormat says. FieldReader (field_reader.h) takes typed values out of it. For one request, on
// one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/json_input.h"
#include "core/api/request.h"
#include "core/domain/field_problem.h"

namespace footfall::core {

// Where a route's fields are read from. A body of another media type gets 415.
enum class BodyFormat : std::uint8_t {
  none,          // the query
  json,          // a JSON object in the body, and nothing else
  json_or_form,  // a JSON object or a form in the body, and the query as well
};
std::string_view body_format_name(BodyFormat format);

class RequestInput {
 public:
  // Reads nothing yet; `request` outlives it.
  RequestInput(const ApiRequest& request, BodyFormat format) : request_(request), format_(format) {}

  struct Value {
    std::string name;
    std::string text;
    JsonKind kind = JsonKind::string;
    bool is_typed = false;  // from JSON, where kinds differ
    bool is_text = true;    // UTF-8 without unpaired surrogates
  };

  BodyFormat format() const { return format_; }
  // Why the route does not read a body of the type or the charset that the request says, in a sentence; empty: it does.
  std::string_view media_type_problem() const;
  // In the order in which they came, the body's before the query's. Nulls are left out, and of a name that a JSON
  // object repeats all but the last.
  const std::vector<Value>& values();
  // Whether a JSON object says null for it.
  bool is_null(std::string_view name);
  // Set when the body could not be read.
  const std::optional<FieldProblem>& body_problem();
  bool has(std::string_view name);  // with whatever value
  // What may be logged: name=value pairs as they came, at most 4,096 bytes, the value of `secure` blanked.
  std::string loggable();

  // Fields whose value was nothing but what a tracker left unexpanded ("{transaction_id}"), as far as they were read.
  void add_placeholder(std::string_view name);
  const std::vector<std::string>& placeholders() const { return placeholders_; }

 private:
  void parse();
  void add_json(std::string_view text);
  void add_form(std::string_view text);

  const ApiRequest& request_;
  BodyFormat format_;
  bool is_parsed_ = false;
  std::vector<Value> values_;
  std::vector<std::string> nulls_;
  std::optional<FieldProblem> body_problem_;
  std::vector<std::string> placeholders_;
};

}  // namespace footfall::core
