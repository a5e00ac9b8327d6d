// Sockets that listen already and stay with whoever made them, such as systemd, so that the next edge takes up what
// waits in them and a restart refuses nobody; http.address, the port and http.backlog are their own then.
#pragma once

#include <string>
#include <vector>

namespace footfall::edge {

struct ListeningSockets {
  int plain = -1;  // descriptors; -1: none, the edge opens the port itself
  int tls = -1;

  int count() const { return (plain >= 0 ? 1 : 0) + (tls >= 0 ? 1 : 0); }
};

// Which of those that were inherited (proto/base/inherited.h) serves what, by their names: "tls" is for HTTPS, any
// other for plain HTTP. Where none is called so, the first is for plain HTTP and the second for HTTPS. Without TLS none
// is for HTTPS.
ListeningSockets assign_sockets(const std::vector<std::string>& names, bool has_tls);

}  // namespace footfall::edge
