#include "edge/handlers/link_outcome.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/fakes.h"

namespace footfall::edge {
namespace {

LinkView link(LinkStatus status = LinkStatus::active, std::uint64_t expires_s = 0, std::string_view target = {}) {
  LinkView view;
  view.id = wire::LinkId{1};
  view.status = status;
  view.expires_s = expires_s;
  view.target = target;
  return view;
}

CampaignView campaign(CampaignStatus status = CampaignStatus::active, std::uint64_t expires_s = 0,
                      std::string_view target = "https://s.example/") {
  CampaignView view;
  view.id = wire::CampaignId{1};
  view.status = status;
  view.expires_s = expires_s;
  view.target = target;
  return view;
}

TEST(LinkOutcome, IsTold) {
  EXPECT_EQ(classify_link(link(), campaign(), kNowS), LinkOutcome::tracked);
  EXPECT_EQ(classify_link(std::nullopt, std::nullopt, kNowS), LinkOutcome::unknown);
  EXPECT_EQ(classify_link(link(), std::nullopt, kNowS), LinkOutcome::unknown);
  EXPECT_EQ(classify_link(link(), campaign(CampaignStatus::draft), kNowS), LinkOutcome::unknown);
  EXPECT_EQ(classify_link(link(LinkStatus::paused), campaign(CampaignStatus::draft), kNowS), LinkOutcome::unknown);
  EXPECT_EQ(classify_link(link(LinkStatus::paused), campaign(), kNowS), LinkOutcome::paused);
  EXPECT_EQ(classify_link(link(), campaign(CampaignStatus::paused), kNowS), LinkOutcome::paused);
  EXPECT_EQ(classify_link(link(LinkStatus::archived), campaign(), kNowS), LinkOutcome::archived);
  EXPECT_EQ(classify_link(link(), campaign(CampaignStatus::archived), kNowS), LinkOutcome::archived);
  EXPECT_EQ(classify_link(link(), campaign(CampaignStatus::active, 0, ""), kNowS), LinkOutcome::unknown);
  EXPECT_EQ(
      classify_link(link(LinkStatus::active, 0, "https://l.example/"), campaign(CampaignStatus::active, 0, ""), kNowS),
      LinkOutcome::tracked);
}

TEST(LinkOutcome, ExpiresAtItsSecond) {
  EXPECT_EQ(classify_link(link(LinkStatus::active, kNowS + 1), campaign(), kNowS), LinkOutcome::tracked);
  EXPECT_EQ(classify_link(link(LinkStatus::active, kNowS), campaign(), kNowS), LinkOutcome::expired);
  EXPECT_EQ(classify_link(link(), campaign(CampaignStatus::active, kNowS), kNowS), LinkOutcome::expired);
  EXPECT_EQ(classify_link(link(LinkStatus::paused, kNowS), campaign(CampaignStatus::archived), kNowS),
            LinkOutcome::expired);
}

}  // namespace
}  // namespace footfall::edge
