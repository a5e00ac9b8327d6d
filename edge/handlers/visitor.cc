#include "edge/handlers/visitor.h"

#include <algorithm>
#include <cstring>

#include "proto/wire/click.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

// The hash's input, on the stack. Every variable part goes behind its length, so no two visitors write the same.
class Message {
 public:
  void number(std::uint64_t value) { bytes({reinterpret_cast<const char*>(&value), sizeof value}); }
  void part(std::string_view value) {
    number(value.size());
    bytes(value);
  }
  std::uint64_t draw(const Key128& key) const { return siphash(key, {text_, size_}); }
  VisitorHash hash(const Key128& key) const {
    const std::array<std::uint64_t, 2> bits = siphash128(key, {text_, size_});
    VisitorHash out;
    std::memcpy(out.data(), bits.data(), out.size());
    return out;
  }

 private:
  void bytes(std::string_view value) {
    if (value.empty()) return;
    std::memcpy(text_ + size_, value.data(), value.size());
    size_ += value.size();
  }
  char text_[5 * 8 + 16 + wire::kUserAgentBytesMax + kVisitorTokenBytesMax];
  std::size_t size_ = 0;
};

VisitorHash hash_of(const Key128& key, std::uint64_t account, const VisitorParts& parts, std::string_view token) {
  Message message;
  message.number(account);
  message.number(static_cast<std::uint64_t>(parts.at_us / kDayUs));
  message.part(parts.address.view());
  message.part(parts.user_agent.substr(0, wire::kUserAgentBytesMax));
  message.part(token.substr(0, kVisitorTokenBytesMax));
  return message.hash(key);
}

}  // namespace

VisitorHash visitor_hash(const Key128& key, const VisitorParts& parts) { return hash_of(key, 0, parts, parts.token); }

VisitorToken visitor_token(const Key128& key, wire::AccountId account, const VisitorParts& parts) {
  // The account is never 0 here, so no token is ever anybody's visitor hash.
  const VisitorHash hash = hash_of(key, account.value, parts, {});
  VisitorToken token;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    token[2 * i] = "0123456789abcdef"[hash[i] >> 4];
    token[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
  }
  return token;
}

std::uint64_t visitor_draw(const Key128& key, wire::LinkId link, const http::Address& address,
                           std::string_view user_agent) {
  constexpr std::uint64_t kNoAccount = ~std::uint64_t{0};  // in the account's place: never a visitor's hash or token
  constexpr std::size_t kNetworkBytes = 8;
  Message message;
  message.number(kNoAccount);
  message.number(link.value);
  message.part(address.view().substr(0, kNetworkBytes));
  message.part(user_agent.substr(0, wire::kUserAgentBytesMax));
  return message.draw(key);
}

http::Address kept_address(const http::Address& address, AddressKept kept) {
  if (kept == AddressKept::none) return {};
  http::Address out = address;
  if (kept == AddressKept::truncated) {
    const std::size_t whole = out.size == 4 ? 3 : 6;
    std::fill(out.bytes + std::min<std::size_t>(whole, out.size), out.bytes + out.size, std::uint8_t{0});
  }
  return out;
}

}  // namespace footfall::edge
