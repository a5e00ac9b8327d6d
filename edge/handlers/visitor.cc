#include "edge/handlers/visitor.h"

#include <algorithm>

namespace footfall::edge {
namespace {

using wire::HashInput;
using wire::VisitorHash;

wire::Visitor visitor_of(const VisitorParts& parts, std::string_view token) {
  return {parts.address.view(), parts.user_agent, token};
}

// In the place of an account's number, so that one kind of message is never taken for another.
constexpr std::uint64_t kOfDraw = ~std::uint64_t{0};
constexpr std::uint64_t kOfClick = kOfDraw - 1;

VisitorHash hash_of_click(const Key128& tag_key, const wire::ClickId& click) {
  HashInput input;
  input.number(kOfClick);
  input.part(click.view());
  return wire::hash_of(tag_key, input);
}

}  // namespace

std::optional<VisitorHash> visitor_hash(const VisitorSalts& salts, const VisitorParts& parts) {
  const Key128* salt = salts.find(wire::utc_day(parts.at_us));
  if (salt == nullptr) return std::nullopt;
  return wire::visitor_hash(*salt, visitor_of(parts, parts.token));
}

VisitorToken visitor_token(const SecretsView& secrets, wire::AccountId account, const wire::ClickId& click,
                           const VisitorParts& parts) {
  const Key128* salt = secrets.salts.find(wire::utc_day(parts.at_us));
  // The account is never 0 here, so no token is ever anybody's visitor hash.
  const VisitorHash hash = salt != nullptr ? wire::visitor_hash(*salt, visitor_of(parts, {}), account)
                                           : hash_of_click(secrets.tag_key, click);
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
  HashInput input;
  input.number(kOfDraw);
  input.number(link.value);
  input.part(address.view().substr(0, kNetworkBytes));
  input.part(user_agent.substr(0, wire::kUserAgentBytesMax));
  return siphash(draw_key, input.view());
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
