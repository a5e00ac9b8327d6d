// SIGHUP, by which a program is asked to read files anew. block_stop_signals() has to have been called before threads
// were started, or the signal ends the process.
#pragma once

#include <cstdint>

namespace footfall {

// Waits up to `us` for a SIGHUP; true when one came. One thread of the process.
bool wait_for_hangup(std::int64_t us);

}  // namespace footfall
