// Finds the client of a request that came through proxies, and the request's id (SE-20). X-Forwarded-For and
// X-Forwarded-Proto count only if the socket's peer is a trusted proxy, because anybody can write them (SE-18, SE-21).
// Both programs need this: core is behind the edge. Thread-safe, except RequestIds, which belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/crypto.h"
#include "proto/base/result.h"
#include "proto/http/message.h"

namespace footfall::http {

struct Network {
  Address base;
  unsigned bits = 0;
};
// "10.0.0.0/8", "fd00::/8", or a single address. The error names what is neither.
Result<Network> parse_network(const std::string& text);

class TrustedProxies {
 public:
  // Addresses and networks: "127.0.0.1", "10.0.0.0/8", "fd00::/8". The error names the one that is neither.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);
  bool contains(const Address& address) const;

 private:
  std::vector<Network> networks_;
};

enum class Scheme : std::uint8_t { unsaid, http, https };

struct ClientInfo {
  Address address;                 // of the client: the last hop that is not one of our own proxies
  Scheme scheme = Scheme::unsaid;  // what a trusted proxy says that the client used, else https with TLS of our own
  bool peer_is_trusted = false;    // the socket's peer is a trusted proxy or loopback

  // The client's own connection was plain HTTP, and not from this machine: what Selgeo refuses (SEL-03).
  bool used_plain_http() const { return scheme == Scheme::http || (scheme == Scheme::unsaid && !peer_is_trusted); }
};
ClientInfo identify_client(const Request& request, const TrustedProxies& proxies);

// 1 to 128 of [A-Za-z0-9._:-]: what may go into logs and back into an answer.
bool is_request_id(std::string_view text);

// The caller's X-Request-Id if it is a sound one, else a new one of 32 characters. One thread.
class RequestIds {
 public:
  RequestIds();
  // Valid until the next call, and only as long as `request`.
  std::string_view of(const Request& request);

 private:
  Key128 key_;
  std::uint64_t count_ = 0;
  char text_[32];
};

}  // namespace footfall::http
