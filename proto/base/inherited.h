// Listening sockets that whoever started us has passed on: systemd's protocol, LISTEN_FDS, LISTEN_PID and
// LISTEN_FDNAMES (see sd_listen_fds_with_names(3)).
#pragma once

#include <string>
#include <vector>

namespace footfall {

inline constexpr int kFirstInherited = 3;

// Their names, from descriptor kFirstInherited up, at most 64; empty for one without a name. None if they are meant for
// another process. Forgets the variables, so that what we start does not believe them; the descriptors are closed on
// exec. Once, before there are threads.
std::vector<std::string> inherited_sockets();

}  // namespace footfall
