#include "proto/base/result.h"

#include <unistd.h>

#include <cstdlib>

namespace footfall {

void check_failed(const char* condition, const char* file, int line) {
  // Not through the log: its queue may be what is broken, and abort would leave the line in it.
  const std::string text = "{\"level\":\"error\",\"event\":\"check.failed\",\"at\":\"" + std::string(file) + ":" +
                           std::to_string(line) + "\"} " + condition + "\n";
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
  std::abort();
}

}  // namespace footfall
