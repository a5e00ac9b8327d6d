// Core as a whole: builds its parts, runs them, ends them in order. The only place that knows all of them.
//
// Start: PostgreSQL and Redis may be away; readiness says so, and the roles start once the database can be worked with.
// What stops it: a port that is taken, or a value that only its user can judge (a crawler list, a network, a URL).
// End: not ready, open calls finish, each role finishes its transaction.
#pragma once

#include <memory>
#include <string>

#include "core/config.h"
#include "core/ingest/click_rules.h"
#include "proto/base/result.h"

namespace footfall::core {

// What clicks are judged by, wherever they are judged.
RuleSources rule_sources(const Config& config);

class Program {
 public:
  static Result<std::unique_ptr<Program>> build(const Config& config, const std::string& version);
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

}  // namespace footfall::core
