// Redis and PostgreSQL of a test's own: on free ports of 127.0.0.1, with their data in a temporary directory, gone with
// the object. They throw std::runtime_error, with the server's log, when they cannot start. One thread each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.h"

namespace footfall::support {

// redis-server without persistence unless `extra_arguments` ask for it, e.g. {"--appendonly", "yes"}. Running when the
// constructor returns. The port stays the same over stop and start.
class PrivateRedis {
 public:
  explicit PrivateRedis(std::vector<std::string> extra_arguments = {});

  std::uint16_t port() const { return port_; }
  void start();  // after stop or kill9; returns when it answers
  void stop();   // SIGTERM: it saves what its configuration says
  void kill9();
  void pause();  // SIGSTOP: connections stay open and nothing answers
  void resume();
  void restart();  // stop and start
  void flush();    // FLUSHALL
  // One inline command ("SET a b"): the first line of the reply, without CR LF.
  std::string command(std::string_view line) const;

 private:
  TempDir directory_;
  std::vector<std::string> extra_arguments_;
  std::uint16_t port_;
  ChildProcess server_;
};

// PostgreSQL 15 with trust authentication and without fsync. Superuser postgres. As root the server runs as the system
// user postgres. initdb takes a second: share one between the tests of a program and give each a fresh database.
class PrivatePostgres {
 public:
  explicit PrivatePostgres(std::vector<std::string> extra_settings = {});  // e.g. "max_connections=20"
  ~PrivatePostgres();

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view database = "postgres") const;  // over the Unix socket
  std::string tcp_url(std::string_view database = "postgres") const;
  std::string fresh_database();  // the url of a new, empty one
  // Runs SQL through psql; the unaligned, tuples-only output. Throws on an error.
  std::string sql(const std::string& url, const std::string& statement) const;

  void start();    // returns when it takes connections
  void stop();     // fast shutdown: open connections are cut
  void crash();    // immediate shutdown: the next start recovers
  void restart();  // stop and start

 private:
  ChildOptions as_server_user() const;

  TempDir directory_;
  std::vector<std::string> extra_settings_;
  std::uint16_t port_;
  unsigned databases_ = 0;
  ChildProcess server_;
};

}  // namespace footfall::support
