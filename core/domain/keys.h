// API keys: how each dialect spells them. The value is shown once; afterwards there is its SHA-256 and a short form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::core {

enum class KeyKind : std::uint8_t { public_key, secret_key };

std::string_view key_kind_name(KeyKind kind);  // "public", "secret"
std::string_view mode_name(wire::Mode mode);   // "live", "test"
std::optional<KeyKind> parse_key_kind(std::string_view name);
std::optional<wire::Mode> parse_mode(std::string_view name);

// sk_live_ (BaClique, Selgeo), sk_test_, pk_live_, pk_test_ (Selgeo), aff_pk_live_, aff_pk_test_ (Affily), nothing
// (AffSpace). An error where the dialect has no such key: public keys are Selgeo's, BaClique and AffSpace have no test
// keys (BA-21, AFS-19).
Result<std::string_view> key_prefix(wire::Dialect dialect, KeyKind kind, wire::Mode mode);
// Prefix and 40 random characters.
Result<std::string> new_key_value(wire::Dialect dialect, KeyKind kind, wire::Mode mode);
// A customer's own value: 8 to 256 visible characters. A well-known prefix must not say something else than kind and
// mode do, or requests would be sent to another dialect ("aff_pk_" is never public: C-4).
Result<void> check_imported_key(wire::Dialect dialect, KeyKind kind, wire::Mode mode, std::string_view value);

// "sk_live_…x7k2", for lists.
std::string shown_key(std::string_view value);
std::string key_hash(std::string_view value);  // 32 bytes

// What a value's shape says of it; none: opaque, as AffSpace's are.
struct KeyShape {
  KeyKind kind = KeyKind::secret_key;
  wire::Mode mode = wire::Mode::live;
  bool affily = false;
};
std::optional<KeyShape> classify_key(std::string_view value);

}  // namespace footfall::core
