#include "proto/base/inherited.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace footfall {
namespace {

constexpr int kMost = 64;

int number_of(const char* name) {
  const char* value = std::getenv(name);
  const std::string_view text = value == nullptr ? "" : value;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

int inherited_sockets() {
  const bool are_ours = number_of("LISTEN_PID") == ::getpid();
  const int count = are_ours ? std::clamp(number_of("LISTEN_FDS"), 0, kMost) : 0;
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  for (int fd = kFirstInherited; fd < kFirstInherited + count; ++fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return fd - kFirstInherited;
  }
  return count;
}

}  // namespace footfall
