#include "edge/directory/full_load.h"

#include <string>

namespace footfall::edge {
namespace {

constexpr std::int64_t kLookForChangesUs = 50'000;

class Loader {
 public:
  Loader(DirectorySource& source, const std::optional<DirectoryPosition>& ours,
         const std::function<void(const DirectoryChangeView&)>& apply_to_served)
      : source_(source), ours_(ours), apply_to_served_(apply_to_served) {
    load_.content = std::make_unique<DirectoryContent>();
  }

  Result<FullLoad> run(const Clock& clock, const std::stop_token& stop) {
    const Result<DirectoryPosition> start = source_.begin_whole();
    if (!start) return std::unexpected(start.error());
    load_.position = *start;
    std::int64_t looked_us = clock.steady_us();
    for (bool more = true; more;) {
      if (stop.stop_requested()) return failure("was stopped");
      const Result<bool> piece = source_.take_piece([this](const DirectoryEntity* entity) { take(entity); });
      if (!piece) return std::unexpected(piece.error());
      more = *piece;
      if (clock.steady_us() - looked_us < kLookForChangesUs) continue;
      if (const auto read = follow(); !read) return std::unexpected(read.error());
      looked_us = clock.steady_us();
    }
    while (load_.position < source_.promised()) {
      const Result<std::size_t> read = follow();
      if (!read) return std::unexpected(read.error());
      if (*read == 0) return failure("lacks changes after its snapshot");
    }
    const std::optional<DirectoryPosition> not_behind = source_.is_truth() ? std::nullopt : ours_;
    if (!may_serve(not_behind, load_.position, source_.promised(), load_.content->secrets().has_value())) {
      return failure("is not the whole directory, or an older one");
    }
    return std::move(load_);
  }

 private:
  Failure failure(const char* what) const {
    return unavailable(ErrorSource::us, std::string("the full load from ") + source_.name() + " " + what);
  }

  void take(const DirectoryEntity* entity) {
    if (entity == nullptr || load_.content->apply(*entity) == Applied::refused) ++load_.refused;
  }

  Result<std::size_t> follow() {
    const auto read = source_.read_changes(load_.position, 0, [this](const DirectoryChangeView& change) {
      take(change.entity);
      load_.position.version = change.version;
      if (may_apply_while_loading(ours_, load_.position)) apply_to_served_(change);
      return true;
    });
    if (!read) return std::unexpected(read.error());
    if (read->action != ChangeAction::apply) return failure("met a gap or a new epoch");
    return read->given;
  }

  DirectorySource& source_;
  const std::optional<DirectoryPosition> ours_;
  const std::function<void(const DirectoryChangeView&)>& apply_to_served_;
  FullLoad load_;
};

}  // namespace

Result<FullLoad> load_whole(DirectorySource& source, const std::optional<DirectoryPosition>& ours,
                            const std::function<void(const DirectoryChangeView&)>& apply_to_served, const Clock& clock,
                            const std::stop_token& stop) {
  return Loader(source, ours, apply_to_served).run(clock, stop);
}

}  // namespace footfall::edge
