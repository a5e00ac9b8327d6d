// Cryptography. Only this unit includes OpenSSL; the keyed hash of the hot path is our own SipHash. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace footfall {

using Key128 = std::array<std::uint8_t, 16>;
using Digest256 = std::array<std::uint8_t, 32>;

Digest256 sha256(std::string_view data);
Digest256 hmac_sha256(std::string_view key, std::string_view data);
void random_bytes(void* out, std::size_t size);    // from the kernel; never fails
std::string random_token(std::size_t characters);  // [A-Za-z0-9], unbiased
bool equal_in_constant_time(std::string_view a, std::string_view b);
std::string_view as_view(const Digest256& digest);

// AES-256-GCM with a random nonce, for secrets that must be read again. `context` is not encrypted, and unsealing needs
// the same: what was sealed for one thing cannot be passed off as another's.
std::string seal(const Digest256& key, std::string_view context, std::string_view secret);
std::optional<std::string> unseal(const Digest256& key, std::string_view context, std::string_view sealed);

// SipHash-2-4: a keyed pseudo-random function, about 20 ns for 24 bytes. For tags and attacker-chosen table keys.
std::uint64_t siphash(const Key128& key, std::string_view data);
// The same with 128 bits of output, as its authors define it.
std::array<std::uint64_t, 2> siphash128(const Key128& key, std::string_view data);

// The hash of a std::unordered_map or set whose keys strangers choose. Each table has a random key of its own, so
// nobody can choose keys that share a bucket.
class KeyedHash {
 public:
  using is_transparent = void;
  KeyedHash() { random_bytes(key_.data(), key_.size()); }
  std::size_t operator()(std::string_view text) const { return siphash(key_, text); }

 private:
  Key128 key_;
};

}  // namespace footfall
