#include "proto/http/forwarded.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "proto/base/bytes.h"

namespace footfall::http {
namespace {

bool begins_alike(const Address& a, const Address& b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (std::memcmp(a.bytes, b.bytes, whole) != 0) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xFFu << (8 - rest)) & 0xFFu;
  return (a.bytes[whole] & mask) == (b.bytes[whole] & mask);
}

// A hop as proxies write it: an address, possibly with a port.
Address parse_hop(std::string_view hop) {
  hop = trim(hop);
  if (hop.starts_with('[')) {
    const std::size_t end = hop.find(']');
    return end == std::string_view::npos ? Address{} : parse_address(hop.substr(0, end + 1));
  }
  const std::size_t colon = hop.find(':');
  const bool has_port = colon != std::string_view::npos && hop.find(':', colon + 1) == std::string_view::npos;
  return parse_address(has_port ? hop.substr(0, colon) : hop);
}

// Splits the last element off a comma-separated list.
std::string_view take_last(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return trim(last);
}

// From the nearest hop outwards, until one is not ours. What stands before that, anybody may have written.
Address client_of(const Request& request, const TrustedProxies& proxies) {
  Address client = request.peer;
  for (auto field = request.fields.rbegin(); field != request.fields.rend(); ++field) {
    if (!equal_ignoring_case(field->name, "x-forwarded-for")) continue;
    std::string_view hops = field->value;
    while (!hops.empty()) {
      const Address hop = parse_hop(take_last(hops));
      if (hop.size == 0) return client;
      client = hop;
      if (!proxies.contains(hop)) return client;
    }
  }
  return client;
}

// Only if every hop says https was the whole way encrypted.
Scheme scheme_of(const Request& request) {
  Scheme scheme = Scheme::unsaid;
  for (const Field& field : request.fields) {
    if (!equal_ignoring_case(field.name, "x-forwarded-proto")) continue;
    std::string_view hops = field.value;
    while (!hops.empty()) {
      if (!equal_ignoring_case(take_last(hops), "https")) return Scheme::http;
      scheme = Scheme::https;
    }
  }
  return scheme;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& text : networks) {
    const std::size_t slash = text.find('/');
    Network network;
    network.base = parse_address(std::string_view(text).substr(0, slash));
    const unsigned bits_max = network.base.size * 8u;
    network.bits = bits_max;
    bool sound = network.base.size != 0;
    if (sound && slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, network.bits);
      sound = error == std::errc() && stop == end && network.bits <= bits_max;
    }
    if (!sound) return invalid("\"" + text + "\" is neither an address nor a network such as 10.0.0.0/8");
    proxies.networks_.push_back(network);
  }
  return proxies;
}

bool TrustedProxies::contains(const Address& address) const {
  return std::ranges::any_of(networks_, [&address](const Network& network) {
    return network.base.size == address.size && begins_alike(network.base, address, network.bits);
  });
}

ClientInfo identify_client(const Request& request, const TrustedProxies& proxies) {
  ClientInfo caller;
  const bool trusted = proxies.contains(request.peer);
  caller.address = trusted ? client_of(request, proxies) : request.peer;
  caller.scheme = trusted ? scheme_of(request) : Scheme::unsaid;
  caller.peer_is_trusted = trusted || request.peer.is_loopback();
  return caller;
}

bool is_request_id(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == ':' || c == '-';
  };
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, is_allowed);
}

RequestIds::RequestIds() { random_bytes(key_.data(), key_.size()); }

std::string_view RequestIds::of(const Request& request) {
  const std::string_view given = request.field("x-request-id");
  if (is_request_id(given)) return given;
  // A keyed hash of a counter: unguessable like random bytes, without a system call.
  for (std::size_t half = 0; half < 2; ++half) {
    ++count_;
    std::uint64_t bits = siphash(key_, {reinterpret_cast<const char*>(&count_), sizeof count_});
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4) text_[half * 16 + i] = "0123456789abcdef"[bits & 15];
  }
  return {text_, sizeof text_};
}

}  // namespace footfall::http
