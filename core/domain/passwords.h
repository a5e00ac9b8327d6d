// Passwords of people: what may be one, and how one is kept. Argon2id with the salt in the encoded text; comparing
// takes as long for a wrong password as for a right one. Pure: the caller brings the salt. A call takes tens of
// milliseconds and 19 MiB.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

inline constexpr std::size_t kPasswordCharactersMin = 10;
inline constexpr std::size_t kPasswordBytesMax = 256;
inline constexpr std::size_t kSaltBytes = 16;

// An error that says what to change: too short, too long, or easily guessed from the address.
Result<void> check_password(std::string_view password, std::string_view email);
// `salt` has kSaltBytes random bytes.
std::string hash_password(std::string_view password, std::string_view salt);
bool password_matches(const std::string& encoded, std::string_view password);

}  // namespace footfall::core
