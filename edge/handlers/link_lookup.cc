#include "edge/handlers/link_lookup.h"

#include <string>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

// What a code may begin or end with. A full stop may stand within a code, and even at its end; there it is dropped in
// the second look only, so that such a code is found as well.
bool may_stand_at_an_end(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '~';
}

std::string_view without_loose_ends(std::string_view code) {
  while (!code.empty() && !may_stand_at_an_end(code.front())) code.remove_prefix(1);
  while (!code.empty() && !may_stand_at_an_end(code.back())) code.remove_suffix(1);
  return code;
}

}  // namespace

std::optional<LinkView> find_link_by_code(const DirectoryReader& directory, std::string_view host,
                                          std::string_view code) {
  if (auto link = directory.find_link(host, code)) return link;
  std::string decoded;
  std::string_view cleaned = code;
  if (code.find('%') != std::string_view::npos) cleaned = decoded = percent_decode(code, false);
  cleaned = without_loose_ends(cleaned);
  if (cleaned.empty() || cleaned.size() == code.size()) return std::nullopt;
  return directory.find_link(host, cleaned);
}

}  // namespace footfall::edge
