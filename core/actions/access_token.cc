// base64url without padding, as JWTs have it. Decoding takes one spelling of each text: what would be spelled otherwise
// is refused, although the signature is over the spelling and protects it anyway.
#include "core/actions/access_token.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/domain/keys.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTokenBytesMax = 1'024;
constexpr std::size_t kKeyIdCharacters = 8;

std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  if (base64url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string text_of(const boost::json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(boost::json::string_view(name.data(), name.size()));
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::string signature_of(const AccessTokenKey& key, std::string_view signed_part) {
  return base64url(as_view(hmac_sha256(as_view(key.secret), signed_part)));
}

AccessTokenKey key_from(const Digest256& secrets_key) {
  AccessTokenKey key;
  key.secret = hmac_sha256(as_view(secrets_key), "access tokens of the dashboard");
  const std::string id = to_hex(as_view(sha256(as_view(key.secret)))).substr(0, kKeyIdCharacters);
  key.header = base64url(R"({"alg":"HS256","kid":")" + id + R"(","typ":"JWT"})") + ".";
  return key;
}

// What was signed with that key; none: it has another header, or the signature is wrong.
std::optional<std::string> signed_body(const AccessTokenKey& key, std::string_view token) {
  if (!token.starts_with(key.header)) return std::nullopt;
  const auto last_dot = token.rfind('.');
  if (last_dot < key.header.size()) return std::nullopt;
  const std::string_view signed_part = token.substr(0, last_dot);
  if (!equal_in_constant_time(signature_of(key, signed_part), token.substr(last_dot + 1))) return std::nullopt;
  return from_base64url(signed_part.substr(key.header.size()));
}

}  // namespace

AccessTokenKeys access_token_keys(const SecretsKeys& keys) {
  AccessTokenKeys made{key_from(keys.key), std::nullopt};
  if (keys.accepted) made.accepted = key_from(*keys.accepted);
  return made;
}

std::string sign_access_token(const AccessTokenKey& key, const AccessClaims& claims, std::int64_t now_s) {
  const boost::json::object body{{"sub", claims.user},
                                 {"sid", claims.session},
                                 {"mode", mode_name(claims.mode)},
                                 {"iat", now_s},
                                 {"exp", claims.expires_s}};
  const std::string signed_part = key.header + base64url(boost::json::serialize(body));
  return signed_part + "." + signature_of(key, signed_part);
}

std::optional<AccessClaims> read_access_token(const AccessTokenKeys& keys, std::string_view token, std::int64_t now_s) {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  auto body = signed_body(keys.signing, token);
  if (!body && keys.accepted) body = signed_body(*keys.accepted, token);
  if (!body) return std::nullopt;
  boost::system::error_code error;
  const auto parsed = boost::json::parse(*body, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const auto* expires = parsed.get_object().if_contains("exp");
  const auto mode = parse_mode(text_of(parsed.get_object(), "mode"));
  if (!expires || !expires->is_int64() || expires->get_int64() <= now_s || !mode) return std::nullopt;
  return AccessClaims{text_of(parsed.get_object(), "sid"), text_of(parsed.get_object(), "sub"), *mode,
                      expires->get_int64()};
}

bool looks_like_access_token(std::string_view credential) {
  const auto first = credential.find('.');
  const auto second = first == std::string_view::npos ? first : credential.find('.', first + 1);
  return second != std::string_view::npos && credential.find('.', second + 1) == std::string_view::npos;
}

}  // namespace footfall::core
