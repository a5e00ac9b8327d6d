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

HeadAction classify_head(const std::optional<DirectoryPosition>& ours, const std::optional<DirectoryHead>& head) {
  if (!head) return HeadAction::distrust;
  const bool can_load = head->snapshot_chunks != 0 && head->snapshot_version <= head->position.version;
  if (!ours || head->position.epoch > ours->epoch) return can_load ? HeadAction::reload : HeadAction::distrust;
  if (head->position < *ours) return HeadAction::distrust;
  return head->position == *ours ? HeadAction::current : HeadAction::behind;
}

ChangeAction classify_change(DirectoryPosition ours, std::uint64_t epoch, std::uint64_t version) {
  if (epoch > ours.epoch) return ChangeAction::new_epoch;
  if (epoch < ours.epoch || version <= ours.version) return ChangeAction::skip;
  return version == ours.version + 1 ? ChangeAction::apply : ChangeAction::gap;
}

PageAction classify_page(const std::optional<DirectoryPosition>& ours, DirectoryPosition page, bool complete) {
  if (page.epoch == 0) return PageAction::distrust;
  if (!ours || page.epoch != ours->epoch || page.version < ours->version || !complete) return PageAction::reload;
  return page.version == ours->version ? PageAction::current : PageAction::changes;
}

bool may_serve(const std::optional<DirectoryPosition>& ours, DirectoryPosition reached, DirectoryPosition promised,
               bool has_secrets) {
  if (!has_secrets || reached.epoch != promised.epoch || reached.version < promised.version) return false;
  return !ours || reached.epoch != ours->epoch || reached.version >= ours->version;
}

bool may_apply_while_loading(const std::optional<DirectoryPosition>& ours, DirectoryPosition change) {
  return ours && change.epoch >= ours->epoch && change.version > ours->version;
}

void PublisherWatch::on_head(std::string_view checked, std::int64_t now_us) {
  if (checked == checked_) return;
  checked_ = checked;
  changed_us_ = now_us;
}

void Freshness::source_reported(DirectoryPosition newest, std::string_view checked, std::int64_t now_us) {
  if (!checked.empty() && checked == checked_ && newest == newest_) return;
  checked_ = checked;
  newest_ = newest;
  reported_us_ = now_us;
  waiting_ = true;
}

void Freshness::applied_up_to(DirectoryPosition ours) {
  if (!waiting_ || ours.epoch != newest_.epoch || ours.version < newest_.version) return;
  known_us_ = std::max(known_us_, reported_us_);
  waiting_ = false;
}

bool is_save_due(bool changed, std::int64_t since_last_us, std::int64_t last_took_us, std::int64_t interval_us) {
  return changed && since_last_us >= std::max(interval_us, 10 * last_took_us);
}

}  // namespace footfall::edge
