#include "core/actions/webhook_body.h"

#include "core/domain/keys.h"
#include "proto/base/clock.h"

namespace footfall::core {

// Ids, types and modes are words of ours, which JSON does not need escaped.
std::string webhook_body(wire::Dialect dialect, const WebhookHead& head, std::string_view data) {
  std::string body =
      "{\"id\":\"" + std::string(head.event_public_id) + "\",\"type\":\"" + std::string(head.type) + "\",";
  if (dialect == wire::Dialect::baclique) {
    body += "\"created\":" + std::to_string(head.created_us / 1'000'000);
  } else {
    body += "\"api_version\":\"v1\",\"mode\":\"" + std::string(mode_name(head.mode)) + "\",\"created_at\":\"" +
            iso8601_ms(head.created_us) + "\"";
  }
  return body + ",\"data\":" + std::string(data) + "}";
}

}  // namespace footfall::core
