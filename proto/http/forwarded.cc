// Lists in header fields are read from their end, because each proxy appends what it has seen. find_client() goes
// outwards from the socket's peer as long as the hops are trusted proxies; find_scheme() takes the element of
// X-Forwarded-Proto that belongs to the same hop. New request ids are a keyed hash of a counter.
#include "proto/http/forwarded.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

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

// Reads the elements of a list that may be spread over several fields of one name, from the last to the first. Empty
// elements are passed over, as RFC 9110 5.6.1 asks.
class ListFromTheEnd {
 public:
  ListFromTheEnd(const Request& request, std::string_view name)
      : fields_(request.fields), name_(name), left_(fields_.size()) {}

  // Empty: there are no more.
  std::string_view next() {
    while (true) {
      while (!rest_.empty()) {
        const std::size_t comma = rest_.rfind(',');
        const bool is_first = comma == std::string_view::npos;
        const std::string_view element = trim(is_first ? rest_ : rest_.substr(comma + 1));
        rest_ = is_first ? std::string_view() : rest_.substr(0, comma);
        if (!element.empty()) return element;
      }
      if (left_ == 0) return {};
      --left_;
      if (equal_ignoring_case(fields_[left_].name, name_)) rest_ = fields_[left_].value;
    }
  }

 private:
  const std::span<const Field> fields_;
  const std::string_view name_;
  std::size_t left_;  // fields that were not looked at
  std::string_view rest_;
};

std::size_t count_elements(const Request& request, std::string_view name) {
  ListFromTheEnd list(request, name);
  std::size_t count = 0;
  while (!list.next().empty()) ++count;
  return count;
}

struct Client {
  Address address;
  std::size_t hops = 0;  // elements of X-Forwarded-For that were believed; the last of them is the address
};

// From the nearest hop outwards, until one is not ours. What stands before that, anybody may have written.
Client find_client(const Request& request, const TrustedProxies& proxies) {
  Client client{request.peer};
  ListFromTheEnd hops(request, "x-forwarded-for");
  for (std::string_view element = hops.next(); !element.empty(); element = hops.next()) {
    const Address hop = parse_hop(element);
    if (hop.size == 0) return client;
    client.address = hop;
    ++client.hops;
    if (!proxies.contains(hop)) return client;
  }
  return client;
}

// The scheme of the connection on which the client itself came: the element that belongs to the hop that names the
// client. Elements beyond those of X-Forwarded-For come from proxies that add a scheme and no address; a shorter list
// comes from proxies that overwrite it, and its first element is the outermost that is known.
Scheme find_scheme(const Request& request, std::size_t hops) {
  const std::size_t schemes = count_elements(request, "x-forwarded-proto");
  if (schemes == 0) return Scheme::unsaid;
  const std::size_t addresses = count_elements(request, "x-forwarded-for");
  const std::size_t surplus = schemes > addresses ? schemes - addresses : 0;
  const std::size_t from_the_end = std::clamp<std::size_t>(hops + surplus, 1, schemes);
  ListFromTheEnd list(request, "x-forwarded-proto");
  std::string_view scheme;
  for (std::size_t i = 0; i < from_the_end; ++i) scheme = list.next();
  return equal_ignoring_case(scheme, "https") ? Scheme::https : Scheme::http;
}

}  // namespace

Result<Network> parse_network(const std::string& text) {
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
  return network;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& text : networks) {
    auto network = parse_network(text);
    if (!network) return Failure(network.error());
    proxies.networks_.push_back(*network);
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
  const Client client = trusted ? find_client(request, proxies) : Client{request.peer};
  caller.address = client.address;
  caller.scheme = trusted ? find_scheme(request, client.hops) : Scheme::unsaid;
  if (caller.scheme == Scheme::unsaid && request.is_encrypted) caller.scheme = Scheme::https;
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
