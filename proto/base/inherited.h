// Listening sockets that whoever started us has passed on: systemd's protocol, LISTEN_FDS and LISTEN_PID (see
// sd_listen_fds(3)).
#pragma once

namespace footfall {

inline constexpr int kFirstInherited = 3;

// How many there are, from descriptor kFirstInherited up; 0 if they are meant for another process. Forgets the
// variables, so that what we start does not believe them; the descriptors are closed on exec. Once, before there are
// threads.
int inherited_sockets();

}  // namespace footfall
