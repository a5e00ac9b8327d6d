#include "edge/handlers/destination.h"

#include "edge/handlers/deep_link.h"
#include "edge/handlers/device.h"
#include "edge/handlers/link_target.h"
#include "edge/handlers/visitor.h"
#include "proto/wire/dialect.h"
#include "proto/wire/macros.h"

namespace footfall::edge {

TargetParts Destination::target(const http::Request& request, const LinkView& link, const CampaignView& campaign) {
  if (!campaign.deep_link_hosts.empty() && write_deep_link(deep_link_, request.query, campaign.deep_link_hosts)) {
    return parts(request, link, campaign, deep_link_);
  }
  std::string_view target = link.target.empty() ? campaign.target : link.target;
  if (!link.targets.empty()) {
    if (const std::string_view own = rule_target(request, link); !own.empty()) target = own;
  }
  return parts(request, link, campaign, target);
}

TargetParts Destination::fallback(const http::Request& request, const LinkView& link, const CampaignView& campaign) {
  return parts(request, link, campaign, link.fallback.empty() ? campaign.fallback : link.fallback);
}

TargetParts Destination::parts(const http::Request& request, const LinkView& link, const CampaignView& campaign,
                               std::string_view target) {
  TargetParts parts;
  parts.target = target;
  parts.query = request.query;
  parts.parameter =
      campaign.click_parameter.empty() ? wire::click_parameter(campaign.dialect) : campaign.click_parameter;
  if (!campaign.deep_link_hosts.empty()) parts.withheld = kDeepLinkParameter;
  parts.code = link.code;
  parts.campaign = campaign.public_id;
  parts.affiliate = link.affiliate_public_id;
  if (target.find(wire::kCountryMacro) != std::string_view::npos) parts.country = country_of(request);
  return parts;
}

std::string_view Destination::rule_target(const http::Request& request, const LinkView& link) {
  const std::string_view agent = request.field("user-agent");
  const http::ClientInfo caller = http::identify_client(request, context_.proxies);
  return choose_target(link.targets,
                       {.devices = device_of(agent),
                        .country = context_.countries.find(caller.address),
                        .draw = visitor_draw(context_.directory.secrets().draw_key, link.id, caller.address, agent)});
}

std::string_view Destination::country_of(const http::Request& request) {
  return context_.countries.find(http::identify_client(request, context_.proxies).address);
}

}  // namespace footfall::edge
