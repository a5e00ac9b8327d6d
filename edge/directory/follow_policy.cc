#include "edge/directory/follow_policy.h"

#include <algorithm>
#include <charconv>

namespace footfall::edge {
namespace {

bool parse_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::optional<DirectoryHead> parse_head(const std::vector<std::pair<std::string, std::string>>& fields) {
  DirectoryHead head;
  unsigned found = 0;
  for (const auto& [name, value] : fields) {
    if (name == "epoch") found += parse_number(value, head.position.epoch);
    if (name == "version") found += parse_number(value, head.position.version);
    if (name == "snapshot_version") found += parse_number(value, head.snapshot_version);
    if (name == "snapshot_chunks") found += parse_number(value, head.snapshot_chunks);
    if (name == "checked_us") head.checked = value;
  }
  if (found != 4 || head.position.epoch == 0) return std::nullopt;
  return head;
}

HeadVerdict judge_head(const std::optional<DirectoryPosition>& ours, const std::optional<DirectoryHead>& head) {
  if (!head) return HeadVerdict::distrust;
  const bool can_load = head->snapshot_chunks != 0 && head->snapshot_version <= head->position.version;
  if (!ours || head->position.epoch > ours->epoch) return can_load ? HeadVerdict::reload : HeadVerdict::distrust;
  if (head->position < *ours) return HeadVerdict::distrust;
  return head->position == *ours ? HeadVerdict::current : HeadVerdict::behind;
}

ChangeVerdict judge_change(DirectoryPosition ours, std::uint64_t epoch, std::uint64_t version) {
  if (epoch > ours.epoch) return ChangeVerdict::new_epoch;
  if (epoch < ours.epoch || version <= ours.version) return ChangeVerdict::skip;
  return version == ours.version + 1 ? ChangeVerdict::apply : ChangeVerdict::gap;
}

PageVerdict judge_page(const std::optional<DirectoryPosition>& ours, DirectoryPosition page, bool complete) {
  if (page.epoch == 0) return PageVerdict::distrust;
  if (!ours || page.epoch != ours->epoch || page.version < ours->version || !complete) return PageVerdict::reload;
  return page.version == ours->version ? PageVerdict::current : PageVerdict::changes;
}

bool may_serve(const std::optional<DirectoryPosition>& ours, DirectoryPosition reached, DirectoryPosition promised,
               bool has_secrets) {
  if (!has_secrets || reached.epoch != promised.epoch || reached.version < promised.version) return false;
  return !ours || reached.epoch != ours->epoch || reached.version >= ours->version;
}

bool may_serve_early(const std::optional<DirectoryPosition>& ours, DirectoryPosition change) {
  return ours && change.epoch >= ours->epoch && change.version > ours->version;
}

void Freshness::heard(DirectoryPosition newest, std::string_view beat, std::int64_t now_us) {
  if (!beat.empty() && beat == beat_ && newest == newest_) return;
  beat_ = beat;
  newest_ = newest;
  heard_us_ = now_us;
  waiting_ = true;
}

void Freshness::reached(DirectoryPosition ours) {
  if (!waiting_ || ours.epoch != newest_.epoch || ours.version < newest_.version) return;
  known_us_ = std::max(known_us_, heard_us_);
  waiting_ = false;
}

bool save_is_due(bool changed, std::int64_t since_last_us, std::int64_t last_took_us, std::int64_t interval_us) {
  return changed && since_last_us >= std::max(interval_us, 10 * last_took_us);
}

}  // namespace footfall::edge
