// A function that may fail returns Result<T>. An Error says what kind of failure it is, which side caused it, and
// whether trying again can help; its text is for people and is never parsed. Exceptions may end a program while it
// starts; nowhere else do they leave a folder.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace footfall {

enum class ErrorKind : std::uint8_t { invalid, not_found, conflict, forbidden, unavailable, internal };
enum class ErrorSource : std::uint8_t { client, redis, postgres, partner, us };

struct Error {
  ErrorKind kind = ErrorKind::internal;
  ErrorSource source = ErrorSource::us;
  bool retryable = false;
  std::string message;
  std::string code = {};  // SQLSTATE, errno name or a stable word of ours, where one exists
};

template <typename T>
using Result = std::expected<T, Error>;
using Failure = std::unexpected<Error>;

inline Failure invalid(std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message)});
}
inline Failure not_found(std::string message) {
  return Failure(Error{ErrorKind::not_found, ErrorSource::client, false, std::move(message)});
}
inline Failure conflict(std::string message) {
  return Failure(Error{ErrorKind::conflict, ErrorSource::client, false, std::move(message)});
}
inline Failure unavailable(ErrorSource source, std::string message) {
  return Failure(Error{ErrorKind::unavailable, source, true, std::move(message)});
}
inline Failure internal(std::string message) {
  return Failure(Error{ErrorKind::internal, ErrorSource::us, false, std::move(message)});
}

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace footfall

// A programmer's error: the process stops, in every build.
#define FOOTFALL_CHECK(condition) ((condition) ? void(0) : ::footfall::check_failed(#condition, __FILE__, __LINE__))
