// Hosts as browsers read them. A name whose last label is a number is an address to a browser, in octal, in hex or
// short of parts; only the plain dotted form is taken, since whoever writes another one hides something.
#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "core/domain/public_address.h"
#include "core/domain/target_url.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kHostLengthMax = 253;
constexpr std::size_t kLabelLengthMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string_view> labels_of(std::string_view host) {
  std::vector<std::string_view> labels;
  while (true) {
    const auto dot = host.find('.');
    labels.push_back(host.substr(0, dot));
    if (dot == std::string_view::npos) return labels;
    host.remove_prefix(dot + 1);
  }
}

bool looks_like_number(std::string_view label) {
  if (label.starts_with("0x")) return true;
  return !label.empty() && std::all_of(label.begin(), label.end(), is_digit);
}

Result<std::string> dotted_address(const std::vector<std::string_view>& labels) {
  std::string text;
  bool plain = labels.size() == 4;
  for (const auto label : labels) {
    plain = plain && !label.empty() && label.size() <= 3 && std::all_of(label.begin(), label.end(), is_digit) &&
            (label.size() == 1 || label.front() != '0') && std::stoi(std::string(label)) <= 255;
    if (!text.empty()) text += '.';
    text += label;
  }
  if (plain) return text;
  auto refused = invalid("the host is a number that browsers read as an address; write it as 192.0.2.1");
  in_addr address{};
  const bool is_address = inet_aton(text.c_str(), &address) == 1;
  if (is_address && !is_public_address({reinterpret_cast<const std::uint8_t*>(&address), sizeof address})) {
    refused.error().code = kPrivateNumber;
  }
  return refused;
}

// RFC 5952 but for one thing: browsers never end an IPv6 address in dotted decimals.
Result<std::string> bracketed_address(std::string_view inner) {
  std::array<std::uint8_t, 16> bytes{};
  const std::string text(inner);
  if (text.find('%') != std::string::npos || inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
    return invalid("\"[" + text + "]\" is not an IPv6 address");
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = bytes[2 * i] * 256u + bytes[2 * i + 1];
  std::size_t run_start = 8, run_length = 1;  // a single zero group is not shortened
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > run_length) {
      run_start = i;
      run_length = length;
    }
  }
  std::string out = "[";
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == run_start) {
      out += i == 0 ? "::" : ":";
      i += run_length - 1;
      continue;
    }
    char group[8];
    std::snprintf(group, sizeof group, "%x", groups[i]);
    out += group;
    if (i != 7) out += ':';
  }
  return out + "]";
}

// Also checks labels that come in punycode: what does not decode, or would be spelled otherwise, is refused.
Result<std::string> ascii_name(std::string_view host) {
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) { return static_cast<signed char>(c) > 0; });
  std::string lower = to_lower_ascii(host);
  if (plain && lower.find("xn--") == std::string::npos) return lower;
  // Unicode 15.1 changed what the capital sharp s stands for: old browsers go to another host than new ones.
  if (host.find("\u1E9E") != std::string_view::npos) return invalid("write ß for the capital ẞ in the host");
  char* encoded = nullptr;
  const std::string text(plain ? std::string_view(lower) : host);
  const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(text.c_str()),
                                  reinterpret_cast<std::uint8_t**>(&encoded), IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (code != IDN2_OK) {
    return invalid("the host is not a valid international name: " + std::string(idn2_strerror(code)));
  }
  const std::unique_ptr<char, void (*)(void*)> owner(encoded, idn2_free);
  return to_lower_ascii(encoded);
}

}  // namespace

Result<std::string> normalise_host(std::string_view host) {
  if (host.empty()) return invalid("the URL has no host");
  if (host.front() == '[') {
    if (host.back() != ']') return invalid("the IPv6 address lacks its closing bracket");
    return bracketed_address(host.substr(1, host.size() - 2));
  }
  auto name = ascii_name(host);
  if (!name) return name;
  if (name->size() > kHostLengthMax) return invalid("the host has more than 253 characters");
  const auto labels = labels_of(*name);
  for (const auto label : labels) {
    const bool clean = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
    });
    if (label.empty() || label.size() > kLabelLengthMax || !clean) {
      return invalid("the host consists of labels of 1 to 63 letters, digits, - and _, separated by single dots");
    }
  }
  if (looks_like_number(labels.back())) return dotted_address(labels);
  return name;
}

}  // namespace footfall::core
