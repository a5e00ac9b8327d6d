// A hash's input is written on the stack, every variable part behind its length, and what kind of thing it is of in
// front, so that no two things are hashed from the same bytes.
#include "edge/handlers/visitor.h"

#include <algorithm>
#include <cstring>

#include "proto/wire/click.h"

namespace footfall::edge {
namespace {

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

// `account` 0: none.
VisitorHash hash_of(const Key128& salt, std::uint64_t account, const VisitorParts& parts, std::string_view token) {
  Message message;
  message.number(account);
  message.part(parts.address.view());
  message.part(parts.user_agent.substr(0, wire::kUserAgentBytesMax));
  message.part(token.substr(0, kVisitorTokenBytesMax));
  return message.hash(salt);
}

// In the place of an account's number, so that one kind of message is never taken for another.
constexpr std::uint64_t kOfDraw = ~std::uint64_t{0};
constexpr std::uint64_t kOfClick = kOfDraw - 1;

VisitorHash hash_of_click(const Key128& tag_key, const wire::ClickId& click) {
  Message message;
  message.number(kOfClick);
  message.part(click.view());
  return message.hash(tag_key);
}

}  // namespace

std::optional<VisitorHash> visitor_hash(const VisitorSalts& salts, const VisitorParts& parts) {
  const Key128* salt = salts.find(wire::utc_day(parts.at_us));
  if (salt == nullptr) return std::nullopt;
  return hash_of(*salt, 0, parts, parts.token);
}

VisitorToken visitor_token(const SecretsView& secrets, wire::AccountId account, const wire::ClickId& click,
                           const VisitorParts& parts) {
  const Key128* salt = secrets.salts.find(wire::utc_day(parts.at_us));
  // The account is never 0 here, so no token is ever anybody's visitor hash.
  const VisitorHash hash =
      salt != nullptr ? hash_of(*salt, account.value, parts, {}) : hash_of_click(secrets.tag_key, click);
  VisitorToken token;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    token[2 * i] = "0123456789abcdef"[hash[i] >> 4];
    token[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
  }
  return token;
}

std::uint64_t visitor_draw(const Key128& draw_key, wire::LinkId link, const http::Address& address,
                           std::string_view user_agent) {
  constexpr std::size_t kNetworkBytes = 8;
  Message message;
  message.number(kOfDraw);
  message.number(link.value);
  message.part(address.view().substr(0, kNetworkBytes));
  message.part(user_agent.substr(0, wire::kUserAgentBytesMax));
  return message.draw(draw_key);
}

http::Address kept_address(const http::Address& address, AddressKept kept) {
  if (kept == AddressKept::none) return {};
  http::Address out = address;
  if (kept == AddressKept::truncated) {
    const std::size_t whole = (out.size == 4 ? wire::kTruncatedIpv4Bits : wire::kTruncatedIpv6Bits) / 8;
    std::fill(out.bytes + std::min<std::size_t>(whole, out.size), out.bytes + out.size, std::uint8_t{0});
  }
  return out;
}

}  // namespace footfall::edge
