#include "core/ingest/failpoint.h"

#include <atomic>
#include <charconv>
#include <cstdlib>

namespace footfall::core {
namespace {

std::string armed;
std::atomic<int> passes_left{0};

}  // namespace

void set_failpoint(const std::string& configured) {
  const auto colon = configured.find(':');
  armed = configured.substr(0, colon);
  int passes = 1;
  if (colon != std::string::npos) {
    std::from_chars(configured.data() + colon + 1, configured.data() + configured.size(), passes);
  }
  passes_left = passes;
}

void pass_failpoint(std::string_view name) {
  if (armed.empty() || name != armed) return;
  if (passes_left.fetch_sub(1) == 1) std::_Exit(137);
}

}  // namespace footfall::core
