#include "core/domain/passwords.h"

#include <argon2.h>

#include <algorithm>

#include "core/domain/identifiers.h"

namespace footfall::core {
namespace {

// The second recommendation of OWASP for Argon2id.
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKiB = 19 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::uint32_t kHashBytes = 32;

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view email) {
  if (characters_of(password) < kPasswordCharactersMin) return invalid("A password has at least 10 characters.");
  if (password.size() > kPasswordBytesMax) return invalid("This password is too long.");
  const std::string folded = fold_identifier(password);
  const std::string address = fold_identifier(email);
  const bool is_one_character = std::all_of(password.begin(), password.end(), [&](char c) { return c == password[0]; });
  if (is_one_character || folded == address || folded == address.substr(0, address.find('@'))) {
    return invalid("This password is too easy to guess.");
  }
  return {};
}

std::string hash_password(std::string_view password, std::string_view salt) {
  FOOTFALL_CHECK(salt.size() == kSaltBytes);
  std::string encoded(argon2_encodedlen(kPasses, kMemoryKiB, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int failed = argon2id_hash_encoded(kPasses, kMemoryKiB, kLanes, password.data(), password.size(), salt.data(),
                                           salt.size(), kHashBytes, encoded.data(), encoded.size());
  FOOTFALL_CHECK(failed == ARGON2_OK);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool password_matches(const std::string& encoded, std::string_view password) {
  return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace footfall::core
