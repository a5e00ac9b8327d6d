// A JSON object from a caller, taken apart once: names, kinds, decoded strings and the exact text of numbers. Money
// must not pass through floating point, so a number keeps the characters that the caller wrote, however many; no size
// of a number and no unpaired surrogate in a string makes a document invalid, for a member that nobody reads must not
// spoil a request (SE-24). What is not JSON by RFC 8259, or not UTF-8, is refused. Of a repeated name the last counts,
// as in JavaScript. Owned; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::core {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };
std::string_view json_kind_name(JsonKind kind);

struct JsonMember {
  std::string name;
  JsonKind kind = JsonKind::null;
  std::string text;     // string: decoded; number, array, object, boolean: as written
  bool is_text = true;  // a string without unpaired surrogates, which stand as U+FFFD in `text`

  // A whole number (4900, 4900.0, 49e2) within int64; none for anything else.
  std::optional<std::int64_t> integer() const;
};

class JsonObject {
 public:
  // Far beyond what any request of ours has; more is refused, by name and not as "not JSON".
  static constexpr std::size_t kMembersMax = 1'024;
  static constexpr std::size_t kDepthMax = 256;

  // None: `problem` says why, in a sentence for the caller. A byte order mark before the object is passed over.
  static std::optional<JsonObject> parse(std::string_view document, std::string& problem);

  // The member with that name, unless it is null: a null counts as absent.
  const JsonMember* find(std::string_view name) const;
  const std::vector<JsonMember>& members() const { return members_; }

 private:
  std::vector<JsonMember> members_;
};

// The elements of an array, as members without a name. None: `text` is no array, or has more than kMembersMax.
std::optional<std::vector<JsonMember>> parse_json_array(std::string_view text);

}  // namespace footfall::core
