#include "proto/base/result.h"

#include <cstdio>
#include <cstdlib>

namespace footfall {

void check_failed(const char* condition, const char* file, int line) {
  // Not through the log: its queue may be what is broken, and abort would leave the line in it.
  std::fprintf(stderr, "{\"level\":\"error\",\"event\":\"check.failed\",\"at\":\"%s:%d\"} %s\n", file, line,
               condition);
  std::abort();
}

}  // namespace footfall
