#include "core/domain/mail_name.h"

#include <algorithm>
#include <array>

#include "core/domain/identifiers.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

// What parts the names of a host, in every spelling that IDNA reads as a full stop, and what comes before a host.
constexpr std::array<std::string_view, 6> kParts = {".", "\u3002", "\uFF0E", "\uFF61", "@", "\uFF20"};

std::size_t bytes_of_first(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

std::string name_in_mail(std::string_view name) {
  std::string line = tidy_identifier(valid_utf8(name));
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  std::ranges::replace(line, '"', '\'');
  std::string shown;
  std::size_t characters = 0;
  for (std::string_view rest = line; !rest.empty(); ++characters) {
    if (characters == kMailNameCharactersMax) return shown + "…";
    const std::string_view one = rest.substr(0, bytes_of_first(rest));
    rest.remove_prefix(one.size());
    shown += one;
    const bool parts = std::ranges::find(kParts, one) != kParts.end() || (one == ":" && rest.starts_with('/'));
    if (parts && !rest.empty() && rest.front() != ' ') shown += ' ';
  }
  return shown;
}

}  // namespace footfall::core
