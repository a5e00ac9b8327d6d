// Requests and responses as handlers see them, without Beast and Asio: views into the connection's buffer, valid during
// the call only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace footfall::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options };
std::string_view method_name(Method method);

struct Field {
  std::string_view name;   // as received
  std::string_view value;  // trimmed
};

struct Address {  // an IPv4 address is 4 bytes, IPv6 16; an IPv4-mapped IPv6 peer is given as IPv4
  std::uint8_t bytes[16] = {};
  std::uint8_t size = 0;
  std::string text() const;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes), size}; }
  bool is_loopback() const;
  bool operator==(const Address&) const = default;
};
// From 4 or 16 bytes in network order; any other size gives an empty address.
Address address_from_bytes(const std::uint8_t* bytes, std::size_t size);
// Parses "1.2.3.4", "::1", "[::1]", none of the port forms. size 0 if it is no address.
Address parse_address(std::string_view text);

struct Request {
  Method method = Method::get;
  std::string_view target;       // origin form, as received
  std::string_view path;         // target up to '?', not decoded
  std::string_view query;        // after '?', may be empty
  std::string_view host;         // lower case, without port and final dot; empty on HTTP/1.0 without Host
  std::string_view host_header;  // the Host value as received, for forwarding
  std::string_view body;         // complete (chunks joined)
  std::span<const Field> fields;
  Address peer;                  // of the socket
  std::int64_t received_us = 0;  // wall time at which its last byte was read
  bool http_1_0 = false;
  bool is_encrypted = false;  // the connection itself has TLS

  // First field of that name (any case), or empty. Linear; meant for the few that a handler needs.
  std::string_view field(std::string_view name) const;
  bool has_field(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string_view content_type;  // empty: none, and no body
  std::string_view extra_fields;  // complete lines, "Name: value\r\n"…; no Content-Length, Date, Connection, Server
  std::string_view body;
  bool close = false;             // close the connection after this answer
  std::int64_t head_length = -1;  // what an answer to HEAD says of a body that is not here; -1: `body`'s own
};

}  // namespace footfall::http
