// An error about a field carries the field's name in its code, behind a mark, so that the command line can tell such a
// code from the stable words.
#include "core/actions/checks.h"

#include <algorithm>

#include "core/domain/identifiers.h"
#include "core/domain/keys.h"
#include "core/domain/target_url.h"
#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::string_view kFieldMark = "field:";  // opens the code of an error about one field

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Failure taken(std::string code, std::string message) {
  return Failure(Error{ErrorKind::conflict, ErrorSource::client, false, std::move(message), std::move(code)});
}

Failure about(std::string_view field, std::string message) { return about(field, invalid(std::move(message)).error()); }

Failure about(std::string_view field, Error error) {
  if (error.kind == ErrorKind::invalid && error.code.empty()) error.code = std::string(kFieldMark).append(field);
  return Failure(std::move(error));
}

std::string_view field_of(const Error& error) {
  const std::string_view code = error.code;
  return code.starts_with(kFieldMark) ? code.substr(kFieldMark.size()) : std::string_view();
}

Failure other_mode_not_found(wire::Mode mode) {
  return not_found("the caller has no access to the account's " + std::string(mode_name(mode)) + " mode");
}

Result<void> check_name(std::string_view what, std::string_view name) {
  const bool clean = is_valid_utf8(name) && std::none_of(name.begin(), name.end(), is_control);
  const auto length = characters_of(name);
  if (!clean || length < 1 || length > 200 || trim(name).empty()) {
    return invalid(std::string(what) + " has 1 to 200 characters without control characters");
  }
  return {};
}

Result<std::string> parse_email(std::string_view text) {
  std::string email = tidy_identifier(text);
  const auto at = email.find('@');
  const bool shaped = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                      email.find('@', at + 1) == std::string_view::npos;
  const bool clean = std::none_of(email.begin(), email.end(), [](char c) { return is_control(c) || c == ' '; });
  if (!shaped || !clean || email.size() > 254 || !is_valid_utf8(email)) {
    return invalid("\"" + email.substr(0, 254) + "\" is not an e-mail address");
  }
  return email;
}

Result<void> check_parameter_name(std::string_view name) {
  const bool clean = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
  if (!clean || name.empty() || name.size() > 40) {
    return invalid("the click parameter has 1 to 40 letters, digits, _ . or -");
  }
  return {};
}

Result<std::string> parse_choice(std::string_view what, std::string_view value,
                                 std::initializer_list<std::string_view> allowed) {
  const auto* const found = std::find(allowed.begin(), allowed.end(), fold_identifier(value));
  if (found != allowed.end()) return std::string(*found);
  std::string names;
  for (const auto name : allowed) names += (names.empty() ? "" : ", ") + std::string(name);
  return invalid(std::string(what) + " is one of: " + names);
}

Result<void> check_range(std::string_view what, std::int64_t value, std::int64_t min, std::int64_t max) {
  if (value >= min && value <= max) return {};
  return invalid(std::string(what) + " lies between " + std::to_string(min) + " and " + std::to_string(max));
}

Result<std::string> check_link_host(std::string_view host) {
  auto name = normalise_host(host);
  if (!name) return invalid("the link host is a host name without scheme and port: " + name.error().message);
  return name;
}

Result<std::string> check_url(std::string_view what, std::string_view url) {
  auto target = parse_target_url(url);
  if (!target) return invalid(std::string(what) + ": " + target.error().message);
  return target->text;
}

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  random_bytes(&bits, sizeof bits);
  return bits;
}

}  // namespace footfall::core
