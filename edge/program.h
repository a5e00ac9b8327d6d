// The edge as a whole: builds its parts, runs them, ends them in order. The only place that knows all of them.
//
// Start: Redis, core and the network may all be down, and the log's file system may be full, read-only or failing (then
// the edge is not ready, and redirects go on unrecorded until that is cured). What stops a start: a port that is taken,
// a log directory that belongs to another process or that we have no right to, pages or certificates that cannot be
// used, and, with ack = "redis", a Redis that does not keep what it acknowledges.
// End: readiness goes false, open requests finish, the log closes and is shipped; each step within its deadline.
#pragma once

#include <memory>
#include <string>

#include "edge/config.h"
#include "edge/listening_sockets.h"
#include "proto/base/result.h"

namespace footfall::edge {

class Program {
 public:
  static Result<std::unique_ptr<Program>> build(const Config& config, const std::string& version,
                                                const ListeningSockets& sockets = {});
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
