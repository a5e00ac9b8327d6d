// Who visited, as a keyed hash of address, user agent and a caller's token (COMMON.md D-16). The edge makes it for a
// click, core for an affiliate who uses the portal; of the same visitor on the same day both make the same. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "proto/base/crypto.h"
#include "proto/wire/click.h"
#include "proto/wire/ids.h"

namespace footfall::wire {

using VisitorHash = std::array<std::uint8_t, 16>;
inline std::string_view view_of(const VisitorHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

inline constexpr std::size_t kVisitorTokenBytesMax = 256;  // of what a caller may send

struct Visitor {
  std::string_view address;     // the whole one, in network order: 4 or 16 bytes; empty: not known
  std::string_view user_agent;  // cut to kUserAgentBytesMax here
  std::string_view token;       // of the caller's own making, at most kVisitorTokenBytesMax; empty: none
};
// What is hashed, on the stack: every variable part stands behind its length. A number in front says what kind of thing
// it is of, so that no two things are hashed from the same bytes. Parts have at most the bytes that a Visitor has.
class HashInput {
 public:
  void number(std::uint64_t value) { bytes({reinterpret_cast<const char*>(&value), sizeof value}); }
  void part(std::string_view value) {
    number(value.size());
    bytes(value);
  }
  std::string_view view() const { return {text_, size_}; }

 private:
  void bytes(std::string_view value) {
    if (value.empty()) return;
    std::memcpy(text_ + size_, value.data(), value.size());
    size_ += value.size();
  }
  char text_[5 * 8 + 16 + kUserAgentBytesMax + kVisitorTokenBytesMax];
  std::size_t size_ = 0;
};
inline VisitorHash hash_of(const Key128& key, const HashInput& input) {
  const std::array<std::uint64_t, 2> bits = siphash128(key, input.view());
  VisitorHash out;
  std::memcpy(out.data(), bits.data(), out.size());
  return out;
}

// `salt` of the UTC day of the visit (visitor_salts.h). With an account the hash is for what only it may know, and is
// nobody's visitor hash. Inline, for every click has one.
inline VisitorHash visitor_hash(const Key128& salt, const Visitor& visitor, AccountId account = {}) {
  HashInput input;
  input.number(account.value);
  input.part(visitor.address);
  input.part(visitor.user_agent.substr(0, kUserAgentBytesMax));
  input.part(visitor.token.substr(0, kVisitorTokenBytesMax));
  return hash_of(salt, input);
}

}  // namespace footfall::wire
