// The authority is cut off and judged here, because that is where parsers disagree and where a mistake sends a visitor
// to somebody else's host. The rest is encoded to plain RFC 3986, given to Boost.URL as a second opinion, and put
// together anew. Macros keep their braces, which no plain URL has; Boost.URL sees the macro's name in their place.
#include "core/domain/target_url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "proto/base/bytes.h"
#include "proto/wire/macros.h"

namespace footfall::core {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

Result<void> check_characters(std::string_view input) {
  if (input.size() > kTargetBytesMax) return invalid("the URL has more than 2048 bytes");
  if (!is_valid_utf8(input)) return invalid("the URL is not valid UTF-8");
  for (char c : input) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return invalid("the URL contains a control character");
    if (c == '\\') return invalid("the URL contains a backslash, which browsers read as a slash");
  }
  return {};
}

struct EncodedRest {
  std::string text;   // with macros
  std::string plain;  // the same, with each macro's name in its place
};

// Encodes the characters that RFC 3986 wants encoded and that browsers forgive.
Result<EncodedRest> encode_rest(std::string_view rest) {
  EncodedRest encoded;
  const auto append = [&encoded](std::string_view bytes) {
    encoded.text += bytes;
    encoded.plain += bytes;
  };
  bool in_fragment = false;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '%') {
      if (i + 2 >= rest.size() || !is_hex(rest[i + 1]) || !is_hex(rest[i + 2])) {
        return invalid("a % in the URL is not followed by two hexadecimal digits; write %25 for the sign itself");
      }
      append("%");
      continue;
    }
    if (const std::string_view macro = wire::target_macro_at(rest.substr(i)); !macro.empty()) {
      encoded.text += macro;
      encoded.plain += wire::macro_name(macro);
      i += macro.size() - 1;
      continue;
    }
    if (c == '{' || c == '}') {
      return invalid(
          "the macros in a target are {click_id}, {sub1} to {sub5}, {country}, {code}, {campaign} and {affiliate}; "
          "write %7B and %7D for plain braces");
    }
    const bool second_hash = c == '#' && in_fragment;
    in_fragment = in_fragment || c == '#';
    const bool encode = static_cast<signed char>(c) <= 0x20 || second_hash ||
                        std::string_view("\"<>[]^`|").find(c) != std::string_view::npos;
    if (!encode) {
      append({&c, 1});
      continue;
    }
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    const char escape[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
    append({escape, sizeof escape});
  }
  return encoded;
}

struct Authority {
  std::string host;
  std::string port;  // ":8080" or empty
};

Result<Authority> parse_authority(std::string_view text, bool secure) {
  if (text.find('@') != std::string_view::npos) {
    return invalid("the URL names a user before the host; leave out everything up to the @");
  }
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto host = normalise_host(text.substr(0, colon));
  if (!host) return Failure(host.error());
  Authority authority{*host, ""};
  if (colon == std::string_view::npos) return authority;
  const std::string_view digits = text.substr(colon + 1);
  const bool numeric = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() > 5 || !numeric) return invalid("the port is not a number from 1 to 65535");
  const int port = std::stoi(std::string(digits));
  if (port < 1 || port > 65535) return invalid("the port is not a number from 1 to 65535");
  if (port != (secure ? 443 : 80)) authority.port = ":" + std::to_string(port);
  return authority;
}

Result<void> second_opinion(const std::string& text, const std::string& host) {
  const auto parsed = boost::urls::parse_uri(text);
  if (parsed.has_error()) return invalid("the URL is malformed");
  const boost::urls::url_view& url = parsed.value();
  const auto seen = url.encoded_host();
  if (url.has_userinfo() || std::string_view(seen.data(), seen.size()) != host) return invalid("the URL is ambiguous");
  return {};
}

}  // namespace

Result<TargetUrl> parse_target_url(std::string_view input) {
  input = trim(input);
  if (auto clean = check_characters(input); !clean) return Failure(clean.error());
  const std::string scheme = to_lower_ascii(input.substr(0, input.find(':')));
  const bool secure = scheme == "https";
  if ((!secure && scheme != "http") || !input.substr(scheme.size()).starts_with("://")) {
    return invalid("a target is an absolute URL that starts with https:// or http://");
  }
  const std::string_view after = input.substr(scheme.size() + 3);
  const auto end = after.find_first_of("/?#");
  auto authority = parse_authority(after.substr(0, end), secure);
  if (!authority) return Failure(authority.error());

  auto rest = encode_rest(end == std::string_view::npos ? std::string_view() : after.substr(end));
  if (!rest) return Failure(rest.error());
  const std::string base =
      scheme + "://" + authority->host + authority->port + (rest->text.starts_with('/') ? "" : "/");
  if (auto agreed = second_opinion(base + rest->plain, authority->host); !agreed) return Failure(agreed.error());
  TargetUrl target{base + rest->text, authority->host};
  if (target.text.size() > kTargetBytesMax) return invalid("the URL has more than 2048 bytes once it is encoded");
  return target;
}

}  // namespace footfall::core
