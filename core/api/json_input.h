// A JSON object from a caller, taken apart once: names, kinds, decoded strings and the exact text of numbers.
// simdjson's DOM parser judges validity (On-Demand accepts invalid documents); money must not pass through its
// doubles, so numbers keep the characters that the caller wrote. Of a repeated name the last counts, as in
// JavaScript. Owned; pure.
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
  std::string text;  // string: decoded; number, array, object, boolean: as written

  // A whole number (4900, 4900.0, 49e2) within int64; none for anything else.
  std::optional<std::int64_t> integer() const;
};

class JsonObject {
 public:
  static constexpr std::size_t kMembersMax = 256;
  static constexpr std::size_t kDepthMax = 32;
  // None: not JSON, not an object, too deep or too many members; `problem` says which.
  // A byte order mark before it is passed over, as JavaScript's servers do.
  static std::optional<JsonObject> parse(std::string_view document, std::string& problem);

  // Null for an absent one; a member that is null counts as absent.
  const JsonMember* find(std::string_view name) const;
  const std::vector<JsonMember>& members() const { return members_; }

 private:
  std::vector<JsonMember> members_;
};

// Unicode characters in valid UTF-8.
std::size_t character_count(std::string_view utf8);
// local@domain with a dot, no blanks, at most 254 characters: what every mail client would take.
bool looks_like_email(std::string_view text);

}  // namespace footfall::core
