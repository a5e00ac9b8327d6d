#include "edge/handlers/verdict.h"

#include "edge/handlers/allowed_host.h"
#include "proto/base/bytes.h"
#include "proto/http/prefetch.h"
#include "proto/wire/click.h"

namespace footfall::edge {
Visit classify_visit(const http::Request& request) {
  Visit visit;
  for (const http::Field& field : request.fields) {
    switch (field.name.size()) {  // most fields of a browser have none of these lengths
      case 3:
        if (field.value == "1" && equal_ignoring_case(field.name, "dnt")) visit.privacy |= wire::kPrivacyDnt;
        break;
      case 5:
      case 9:
      case 11:
        if (http::says_prefetch(field)) visit.verdict |= wire::kVerdictPrefetch;
        break;
      case 7:
        if (http::says_prefetch(field)) visit.verdict |= wire::kVerdictPrefetch;
        if (field.value == "1" && equal_ignoring_case(field.name, "sec-gpc")) visit.privacy |= wire::kPrivacyGpc;
        if (visit.referrer.empty() && equal_ignoring_case(field.name, "referer")) visit.referrer = field.value;
        break;
      case 10:
        if (visit.user_agent.empty() && equal_ignoring_case(field.name, "user-agent")) visit.user_agent = field.value;
        break;
      default:
        break;
    }
  }
  if (visit.user_agent.empty()) visit.verdict |= wire::kVerdictNoAgent;
  if (request.method == http::Method::head) visit.verdict |= wire::kVerdictHead;
  return visit;
}

std::uint32_t origin_verdict(const http::Request& request, std::string_view hosts) {
  if (hosts.empty() || !request.has_field("origin")) return 0;
  return is_allowed_origin(request.field("origin"), hosts) ? 0 : +wire::kVerdictOrigin;
}

}  // namespace footfall::edge
