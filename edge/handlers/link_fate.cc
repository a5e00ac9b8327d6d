#include "edge/handlers/link_fate.h"

namespace footfall::edge {
namespace {

bool is_over(std::uint64_t expires_s, std::int64_t now_s) {
  return expires_s != 0 && static_cast<std::uint64_t>(now_s) >= expires_s;
}

}  // namespace

LinkFate tell_fate(const std::optional<LinkView>& link, const std::optional<CampaignView>& campaign,
                   std::int64_t now_s) {
  if (!link || !campaign || campaign->status == CampaignStatus::draft) return LinkFate::unknown;
  // Before paused and archived: what is over stays over, whoever paused it since.
  if (is_over(link->expires_s, now_s) || is_over(campaign->expires_s, now_s)) return LinkFate::expired;
  if (link->target.empty() && campaign->target.empty()) return LinkFate::unknown;
  if (link->status == LinkStatus::archived || campaign->status == CampaignStatus::archived) return LinkFate::archived;
  if (link->status == LinkStatus::paused || campaign->status == CampaignStatus::paused) return LinkFate::paused;
  return LinkFate::tracked;
}

}  // namespace footfall::edge
