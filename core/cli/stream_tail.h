// Looks at the clicks that are on the way. Reads only: neither positions nor entries change. Entries go from Redis as
// soon as they are stored, so on a quiet system there is nothing to see without --follow.
#pragma once

#include <string>

#include "core/cli/context.h"

namespace footfall::core {

struct TailOptions {
  int count = 10;
  std::string edge;
  bool follow = false;
};

// One line a click: JSON with --json, else number, time, id, verdict and target. With `follow` until interrupted.
Result<void> tail_streams(Context& context, const TailOptions& options);

}  // namespace footfall::core
