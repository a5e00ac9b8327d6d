// SIGHUP, by which a program is asked to read files anew. block_stop_signals() has to have been called before threads
// were started, or the signal ends the process.
#pragma once

#include <stop_token>

namespace footfall {

// Waits for a SIGHUP, or until a stop is requested; false then. One thread of the process.
bool wait_for_hangup(const std::stop_token& stop);

}  // namespace footfall
