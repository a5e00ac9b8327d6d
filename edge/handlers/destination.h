// Where a link sends this visitor: to the page that the visitor asks for (?url=, where the campaign allows its host),
// else to the target of the visitor's device and country, else to the link's own or the campaign's. With it comes what
// the macros stand for. A plain link costs a look at two empty texts. One per worker.
#pragma once

#include <string>

#include "edge/handlers/click_context.h"
#include "edge/handlers/target.h"
#include "proto/http/message.h"

namespace footfall::edge {

class Destination {
 public:
  explicit Destination(const ClickContext& context) : context_(context) {}

  // Without a click id. Views into request, link and campaign, and into this object until the next call.
  TargetParts target(const http::Request& request, const LinkView& link, const CampaignView& campaign);
  // Where the link leads while it does not work; `target` is empty where it leads nowhere then.
  TargetParts fallback(const http::Request& request, const LinkView& link, const CampaignView& campaign);

 private:
  TargetParts parts(const http::Request& request, const LinkView& link, const CampaignView& campaign,
                    std::string_view target);
  std::string_view rule_target(const http::Request& request, const LinkView& link);
  std::string_view country_of(const http::Request& request);

  const ClickContext& context_;
  std::string deep_link_;
};

}  // namespace footfall::edge
