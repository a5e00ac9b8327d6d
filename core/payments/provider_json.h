// A provider's JSON object, read member by member: what is missing or of another kind is empty or none. For sources of
// this folder. A plain value, cheap to copy.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace footfall::core {

class ProviderJson {
 public:
  static std::optional<ProviderJson> parse(std::string_view text);  // none: not a JSON object

  using Path = std::initializer_list<std::string_view>;  // {"data", "object", "id"}
  std::string text(Path path) const;
  std::optional<std::int64_t> integer(Path path) const;
  std::optional<bool> flag(Path path) const;

 private:
  struct Document;
  std::shared_ptr<const Document> document_;
};

}  // namespace footfall::core
