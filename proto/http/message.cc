#include "proto/http/message.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace footfall::http {
namespace {

constexpr std::size_t kIpv4Bytes = 4;
constexpr std::size_t kIpv6Bytes = 16;
constexpr std::uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view method_name(Method method) {
  static constexpr std::string_view kNames[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return kNames[static_cast<std::size_t>(method)];
}

std::string Address::text() const {
  char out[INET6_ADDRSTRLEN] = {};
  if (size == kIpv4Bytes) inet_ntop(AF_INET, bytes, out, sizeof out);
  if (size == kIpv6Bytes) inet_ntop(AF_INET6, bytes, out, sizeof out);
  return out;
}

bool Address::is_loopback() const {
  if (size == kIpv4Bytes) return bytes[0] == 127;
  if (size != kIpv6Bytes || bytes[15] != 1) return false;
  return std::all_of(bytes, bytes + 15, [](std::uint8_t byte) { return byte == 0; });
}

Address address_from_bytes(const std::uint8_t* bytes, std::size_t size) {
  Address address;
  if (size == kIpv6Bytes && std::memcmp(bytes, kMappedPrefix, sizeof kMappedPrefix) == 0) {
    bytes += sizeof kMappedPrefix;
    size = kIpv4Bytes;
  }
  if (size != kIpv4Bytes && size != kIpv6Bytes) return address;
  std::memcpy(address.bytes, bytes, size);
  address.size = static_cast<std::uint8_t>(size);
  return address;
}

Address parse_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return {};
  }
  char copy[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof copy) return {};
  std::memcpy(copy, text.data(), text.size());
  std::uint8_t bytes[kIpv6Bytes];
  if (inet_pton(AF_INET, copy, bytes) == 1) return address_from_bytes(bytes, kIpv4Bytes);
  if (inet_pton(AF_INET6, copy, bytes) == 1) return address_from_bytes(bytes, kIpv6Bytes);
  return {};
}

std::string_view Request::field(std::string_view name) const {
  for (const Field& each : fields) {
    if (same_name(each.name, name)) return each.value;
  }
  return {};
}

bool Request::has_field(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(), [name](const Field& each) { return same_name(each.name, name); });
}

}  // namespace footfall::http
