// Postbacks to affiliates' trackers (S2S): which URL is called when a conversion of an affiliate, of a campaign, or of
// one in the other changes. They are endpoints like webhooks, and core/deliver sends them as it sends those; showing,
// enabling, disabling and testing is done with webhooks.h.
#pragma once

#include <string>
#include <vector>

#include "core/actions/webhooks.h"

namespace footfall::core {

inline constexpr std::int64_t kAffiliatePostbacksMax = 500;  // of an account in each mode

struct NewAffiliatePostback {
  std::string affiliate, campaign;  // public ids of the same account and mode; one of them may be empty
  std::string url;                  // a template (domain/postback_url.h)
  std::string description;          // for people; may be empty
  std::vector<std::string> events;  // names of postback_events(), in any case; none: approved
};
// Refused with the codes "postback_url", "postback_event", "postback_limit", and those of webhook_receiver.h. An
// affiliate or a campaign that is not the caller's, or not of the other's account and mode, is not_found.
Result<WebhookRow> create_affiliate_postback(Database& database, const Caller& caller, const WebhookSettings& settings,
                                             const NewAffiliatePostback& postback);

}  // namespace footfall::core
