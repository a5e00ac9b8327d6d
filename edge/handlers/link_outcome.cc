#include "edge/handlers/link_outcome.h"

namespace footfall::edge {
namespace {

bool has_expired(std::uint64_t expires_s, std::int64_t now_s) {
  return expires_s != 0 && static_cast<std::uint64_t>(now_s) >= expires_s;
}

}  // namespace

LinkOutcome classify_link(const std::optional<LinkView>& link, const std::optional<CampaignView>& campaign,
                          std::int64_t now_s) {
  if (!link || !campaign || campaign->status == CampaignStatus::draft) return LinkOutcome::unknown;
  // Before paused and archived: what is over stays over, whoever paused it since.
  if (link->is_capped || has_expired(link->expires_s, now_s) || has_expired(campaign->expires_s, now_s)) {
    return LinkOutcome::expired;
  }
  if (static_cast<std::uint64_t>(now_s) < link->starts_s) return LinkOutcome::early;
  if (link->target.empty() && campaign->target.empty()) return LinkOutcome::unknown;
  if (link->status == LinkStatus::archived || campaign->status == CampaignStatus::archived)
    return LinkOutcome::archived;
  if (link->status == LinkStatus::paused || campaign->status == CampaignStatus::paused) return LinkOutcome::paused;
  return LinkOutcome::tracked;
}

}  // namespace footfall::edge
