// The edge as a whole: builds its parts, runs them, ends them in order. The only place that knows all of them.
//
// Start: Redis, core and the network may all be down, and the log's file system may be full, read-only or failing (then
// the edge is not ready, and redirects go on unrecorded until that is cured). What stops a start: a port that is taken,
// a log directory that belongs to another process or that we have no right to, and, with ack = "redis", a Redis that
// does not keep what it acknowledges.
// End: readiness goes false, open requests finish, the log closes and is shipped; each step within its deadline.
#pragma once

#include <memory>
#include <string>

#include "edge/config.h"
#include "proto/base/result.h"

namespace footfall::edge {

// Sockets that listen already and stay with whoever made them (inherited_sockets()), so that the next edge takes up
// what waits in them and a restart refuses nobody; http.address, port and http.backlog are their own then. -1: none.
struct InheritedSockets {
  int plain = -1;
  int tls = -1;
};

class Program {
 public:
  static Result<std::unique_ptr<Program>> build(const Config& config, const std::string& version,
                                                const InheritedSockets& sockets = {});
  // What build() would refuse of the files that the configuration names; opens and keeps nothing.
  static Result<void> check_files(const Config& config);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Serves until SIGTERM or SIGINT, then ends in order.
  void run();

 private:
  struct Parts;
  explicit Program(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace footfall::edge
