#include "core/actions/rebuild_directory.h"

#include "core/actions/record_change.h"

namespace footfall::core {
namespace {

constexpr int kAttempts = 20;  // the publisher moves the version meanwhile; each attempt is two statements long

}  // namespace

Result<DirectoryState> rebuild_directory(Database& database, const Caller& caller) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto outcome = database.transaction<DirectoryState>([&]() -> Result<DirectoryState> {
      auto before = directory_state(database);
      if (!before) return before;
      const DirectoryState after{before->epoch + 1, before->version};
      auto moved = set_directory_state(database, *before, after);
      if (!moved) return Failure(moved.error());
      if (!*moved) return DirectoryState{};
      ChangeDetails details;
      details.add("epoch", std::to_string(after.epoch)).add("version", std::to_string(after.version));
      auto recorded = record_change(database, caller, {{}, {}, "directory.rebuild", "directory", details});
      if (!recorded) return Failure(recorded.error());
      return after;
    });
    if (!outcome || outcome->epoch != 0) return outcome;
  }
  return unavailable(ErrorSource::postgres, "the directory changes too quickly just now; try again");
}

}  // namespace footfall::core
