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

std::string_view text_of(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int number_of(const char* name) {
  const std::string_view text = text_of(name);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

std::vector<std::string> inherited_sockets() {
  const bool are_ours = number_of("LISTEN_PID") == ::getpid();
  const int count = are_ours ? std::clamp(number_of("LISTEN_FDS"), 0, kMost) : 0;
  std::string_view rest = text_of("LISTEN_FDNAMES");
  std::vector<std::string> names;
  for (int fd = kFirstInherited; fd < kFirstInherited + count && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0; ++fd) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    names.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return names;
}

}  // namespace footfall
