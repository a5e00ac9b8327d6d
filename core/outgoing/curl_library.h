// libcurl has to be started once in a process, before its first use. For sources of this folder. Thread-safe.
#pragma once

namespace footfall::core {

// A libcurl that cannot start ends the program.
void start_curl_library();

}  // namespace footfall::core
