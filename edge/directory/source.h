// A source of the directory: Redis, or core over HTTP. Both give the whole in pieces and the changes after a
// position, and decide nothing but whether what they read is consecutive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "edge/directory/entity_codec.h"
#include "edge/directory/follow_policy.h"
#include "proto/base/result.h"
#include "proto/redis/client.h"

namespace footfall::edge {

inline constexpr std::int64_t kChangesPerRead = 1'000;

struct ChangesRead {
  std::size_t given = 0;                      // to the sink: consecutive, the first right after the position asked for
  ChangeAction action = ChangeAction::apply;  // gap or new_epoch: where it stopped, a full load is needed
  std::optional<DirectoryPosition> newest;    // the source's own, where its answer says so
};

class DirectorySource {
 public:
  virtual ~DirectorySource() = default;
  virtual const char* name() const = 0;
  // Whether its word counts even where it goes back behind what is served: a database restored from a backup.
  virtual bool is_truth() const = 0;

  // A full load: begin, take pieces until one returns false, then changes from the position that begin_whole() gave, at
  // least up to promised(). Any error ends it; what was taken is worth nothing then.
  virtual Result<DirectoryPosition> begin_whole() = 0;
  virtual Result<bool> take_piece(const EntitySink& sink) = 0;
  virtual DirectoryPosition promised() const = 0;

  // Waits up to `wait_ms` for the first one if the source can wait.
  virtual Result<ChangesRead> read_changes(DirectoryPosition after, std::int64_t wait_ms, const ChangeSink& sink) = 0;
  // None where the source has none.
  virtual Result<VisitorSalts> read_salts() = 0;
};

class RedisSource : public DirectorySource {
 public:
  explicit RedisSource(redis::Redis& redis) : redis_(redis) {}
  // None: Redis answers, but has no sound head.
  Result<std::optional<DirectoryHead>> read_head();

  const char* name() const override { return "redis"; }
  bool is_truth() const override { return false; }
  Result<DirectoryPosition> begin_whole() override;
  Result<bool> take_piece(const EntitySink& sink) override;
  DirectoryPosition promised() const override { return head_.position; }
  Result<ChangesRead> read_changes(DirectoryPosition after, std::int64_t wait_ms, const ChangeSink& sink) override;
  Result<VisitorSalts> read_salts() override;

 private:
  redis::Redis& redis_;
  DirectoryHead head_;
  std::uint64_t chunk_ = 0;
};

// GET on core's internal address; the body of a 200.
class DirectoryOrigin {
 public:
  virtual ~DirectoryOrigin() = default;
  virtual Result<std::string> get(const std::string& target) = 0;
};
std::unique_ptr<DirectoryOrigin> make_http_origin(const std::string& host, std::uint16_t port);

class CoreSource : public DirectorySource {
 public:
  explicit CoreSource(DirectoryOrigin& origin) : origin_(origin) {}

  const char* name() const override { return "core"; }
  bool is_truth() const override { return true; }
  Result<DirectoryPosition> begin_whole() override;
  Result<bool> take_piece(const EntitySink& sink) override;
  DirectoryPosition promised() const override { return promised_; }
  Result<ChangesRead> read_changes(DirectoryPosition after, std::int64_t wait_ms, const ChangeSink& sink) override;
  Result<VisitorSalts> read_salts() override;

 private:
  DirectoryOrigin& origin_;
  std::string page_;  // the next one, fetched already; empty: to be fetched at next_
  std::string next_;
  DirectoryPosition promised_;
};

}  // namespace footfall::edge
