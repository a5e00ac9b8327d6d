// Two tables decide everything: which prefix a dialect's key has by kind and mode, and what a well-known prefix says
// of a value. A new value is the prefix and random characters.
#include "core/domain/keys.h"

#include <algorithm>

#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kRandomCharacters = 40;  // BACX-03 asks for 32 or more

struct Prefix {
  std::string_view text;
  KeyShape shape;
};
constexpr Prefix kPrefixes[] = {
    {"aff_pk_live_", {KeyKind::secret_key, wire::Mode::live, true}},
    {"aff_pk_test_", {KeyKind::secret_key, wire::Mode::test, true}},
    {"pk_live_", {KeyKind::public_key, wire::Mode::live, false}},
    {"pk_test_", {KeyKind::public_key, wire::Mode::test, false}},
    {"sk_live_", {KeyKind::secret_key, wire::Mode::live, false}},
    {"sk_test_", {KeyKind::secret_key, wire::Mode::test, false}},
};

const Prefix* prefix_of(std::string_view value) {
  for (const auto& prefix : kPrefixes) {
    if (value.starts_with(prefix.text)) return &prefix;
  }
  return nullptr;
}

}  // namespace

std::string_view key_kind_name(KeyKind kind) { return kind == KeyKind::public_key ? "public" : "secret"; }
std::string_view mode_name(wire::Mode mode) { return mode == wire::Mode::test ? "test" : "live"; }

std::optional<KeyKind> parse_key_kind(std::string_view name) {
  if (name == "public") return KeyKind::public_key;
  if (name == "secret") return KeyKind::secret_key;
  return std::nullopt;
}

std::optional<wire::Mode> parse_mode(std::string_view name) {
  if (name == "live") return wire::Mode::live;
  if (name == "test") return wire::Mode::test;
  return std::nullopt;
}

Result<std::string_view> key_prefix(wire::Dialect dialect, KeyKind kind, wire::Mode mode) {
  const bool test = mode == wire::Mode::test;
  if (kind == KeyKind::public_key) {
    if (dialect != wire::Dialect::selgeo) return invalid("only Selgeo accounts have public keys; ask for a secret one");
    return test ? "pk_test_" : "pk_live_";
  }
  switch (dialect) {
    case wire::Dialect::selgeo:
      return test ? "sk_test_" : "sk_live_";
    case wire::Dialect::affily:
      return test ? "aff_pk_test_" : "aff_pk_live_";
    case wire::Dialect::baclique:
      if (test) return invalid("BaClique has no test keys; ask for a live one");
      return "sk_live_";
    case wire::Dialect::affspace:
      if (test) return invalid("AffSpace has no test keys; its test mode is the prefix test_ of a click id");
      return "";
    case wire::Dialect::none:
      break;
  }
  return internal("an account without a dialect");
}

Result<std::string> new_key_value(wire::Dialect dialect, KeyKind kind, wire::Mode mode) {
  auto prefix = key_prefix(dialect, kind, mode);
  if (!prefix) return Failure(prefix.error());
  return std::string(*prefix) + random_token(kRandomCharacters);
}

Result<void> check_imported_key(wire::Dialect dialect, KeyKind kind, wire::Mode mode, std::string_view value) {
  auto own = key_prefix(dialect, kind, mode);
  if (!own) return Failure(own.error());
  if (value.size() < 8 || value.size() > 256) return invalid("a key has 8 to 256 characters");
  if (!std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return invalid("a key has visible ASCII characters without blanks");
  }
  const Prefix* known = prefix_of(value);
  if (!known || known->text == *own) return {};
  // AffSpace's keys are opaque, and one that a customer brings may look like anything but another product's.
  return invalid("a key that starts with " + std::string(known->text) + " cannot be a " + std::string(mode_name(mode)) +
                 " " + std::string(key_kind_name(kind)) + " key of a " + std::string(wire::dialect_name(dialect)) +
                 " account");
}

std::string shown_key(std::string_view value) {
  const Prefix* known = prefix_of(value);
  const std::string_view tail = value.size() >= 12 ? value.substr(value.size() - 4) : std::string_view();
  return std::string(known ? known->text : "") + "…" + std::string(tail);
}

std::string key_hash(std::string_view value) {
  const auto digest = sha256(value);
  return std::string(as_view(digest));
}

std::optional<KeyShape> classify_key(std::string_view value) {
  const Prefix* known = prefix_of(value);
  if (!known) return std::nullopt;
  return known->shape;
}

}  // namespace footfall::core
