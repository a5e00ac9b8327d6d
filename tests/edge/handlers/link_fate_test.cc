#include "edge/handlers/link_fate.h"

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

TEST(LinkFate, IsTold) {
  EXPECT_EQ(tell_fate(link(), campaign(), kNowS), LinkFate::tracked);
  EXPECT_EQ(tell_fate(std::nullopt, std::nullopt, kNowS), LinkFate::unknown);
  EXPECT_EQ(tell_fate(link(), std::nullopt, kNowS), LinkFate::unknown);
  EXPECT_EQ(tell_fate(link(), campaign(CampaignStatus::draft), kNowS), LinkFate::unknown);
  EXPECT_EQ(tell_fate(link(LinkStatus::paused), campaign(CampaignStatus::draft), kNowS), LinkFate::unknown);
  EXPECT_EQ(tell_fate(link(LinkStatus::paused), campaign(), kNowS), LinkFate::paused);
  EXPECT_EQ(tell_fate(link(), campaign(CampaignStatus::paused), kNowS), LinkFate::paused);
  EXPECT_EQ(tell_fate(link(LinkStatus::archived), campaign(), kNowS), LinkFate::archived);
  EXPECT_EQ(tell_fate(link(), campaign(CampaignStatus::archived), kNowS), LinkFate::archived);
  EXPECT_EQ(tell_fate(link(), campaign(CampaignStatus::active, 0, ""), kNowS), LinkFate::unknown);
  EXPECT_EQ(
      tell_fate(link(LinkStatus::active, 0, "https://l.example/"), campaign(CampaignStatus::active, 0, ""), kNowS),
      LinkFate::tracked);
}

TEST(LinkFate, ExpiresAtItsSecond) {
  EXPECT_EQ(tell_fate(link(LinkStatus::active, kNowS + 1), campaign(), kNowS), LinkFate::tracked);
  EXPECT_EQ(tell_fate(link(LinkStatus::active, kNowS), campaign(), kNowS), LinkFate::expired);
  EXPECT_EQ(tell_fate(link(), campaign(CampaignStatus::active, kNowS), kNowS), LinkFate::expired);
  EXPECT_EQ(tell_fate(link(LinkStatus::paused, kNowS), campaign(CampaignStatus::archived), kNowS), LinkFate::expired);
}

}  // namespace
}  // namespace footfall::edge
