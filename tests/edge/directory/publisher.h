// Plays core's part for the directory in tests: publishes to Redis, and answers over HTTP. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/http/handler.h"
#include "proto/http/server.h"
#include "proto/redis/client.h"
#include "proto/schema/directory.pb.h"

namespace footfall::edge::testing {

// The truth, as PostgreSQL would hold it: every entity's state and the log of changes.
class Books {
 public:
  // Notes a change under the next version and returns it.
  schema::DirectoryChange change(const schema::Entity& entity);
  void new_epoch() { ++epoch_; }
  void restore_backup(std::uint64_t epoch, std::uint64_t version) { epoch_ = epoch, version_ = version; }
  void forget_log() { log_.clear(); }
  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t version() const { return version_; }
  std::vector<schema::Entity> entities() const;  // without deleted ones
  schema::DirectoryPage changes_after(std::uint64_t epoch, std::uint64_t version, int max) const;
  schema::VisitorSalts salts;

 private:
  std::uint64_t epoch_ = 1;
  std::uint64_t version_ = 0;
  std::map<std::string, schema::Entity> entities_;
  std::map<std::uint64_t, schema::DirectoryChange> log_;
};

class Publisher {
 public:
  explicit Publisher(std::uint16_t redis_port);

  void change(const schema::Entity& entity);  // to books and Redis
  void change_in_books_only(const schema::Entity& entity);
  void add_to_stream(std::uint64_t epoch, const schema::DirectoryChange& change);
  void set_head(std::uint64_t epoch, std::uint64_t version);
  void beat();
  void write_snapshot(std::size_t chunk_entities = 2);
  void write_salts();
  void republish_under_new_epoch();
  void run(const redis::Arguments& arguments);

  Books books;

 private:
  std::unique_ptr<redis::Redis> redis_;
  std::uint64_t beat_ = 0;
};

// Core's internal address.
class StubCore : public http::Handler {
 public:
  StubCore();
  ~StubCore() override;
  std::uint16_t port() const { return server_->port(); }
  void serve(const Books& books);  // a copy; none until then: 503
  void stop_serving();
  int requests() const { return requests_; }

  void handle(const http::Request& request, http::Responder& responder) override;
  http::RefusalText refusal(const http::Request&, int, std::string_view) override { return {}; }

 private:
  std::mutex mutex_;
  std::unique_ptr<Books> books_;
  std::atomic<int> requests_{0};
  Metrics metrics_;
  std::unique_ptr<http::HttpServer> server_;
  std::jthread thread_;
};

}  // namespace footfall::edge::testing
