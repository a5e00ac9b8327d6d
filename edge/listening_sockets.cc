#include "edge/listening_sockets.h"

#include "proto/base/inherited.h"

namespace footfall::edge {

ListeningSockets assign_sockets(const std::vector<std::string>& names, bool has_tls) {
  ListeningSockets sockets;
  int next_plain = -1;
  int descriptor = kFirstInherited;
  for (const std::string& name : names) {
    if (name == "tls") {
      if (sockets.tls < 0) sockets.tls = descriptor;
    } else if (sockets.plain < 0) {
      sockets.plain = descriptor;
    } else if (next_plain < 0) {
      next_plain = descriptor;
    }
    ++descriptor;
  }
  if (sockets.tls < 0) sockets.tls = next_plain;
  if (!has_tls) sockets.tls = -1;
  return sockets;
}

}  // namespace footfall::edge
