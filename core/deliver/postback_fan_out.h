// Turns events of conversions into the calls of affiliates' postbacks.
#pragma once

#include <vector>

#include "core/deliver/messages.h"
#include "core/storage/database.h"
#include "core/storage/events_out.h"
#include "core/storage/webhook_deliveries.h"

namespace footfall::core {

// Whether an endpoint calls for this event at all, whosever the conversion is.
bool is_postback_of(const WebhookRow& endpoint, const TakenEvent& event);

// Adds a call for each of the endpoints whose conversion it is. The subject is that of the event, which is one of a
// conversion.
void add_postbacks(const TakenEvent& event, const std::vector<WebhookRow>& endpoints, const ConversionRow& conversion,
                   std::vector<NewWebhookEvent>& calls);

// The URL of a call that is due, with the sub ids that its click has now: none, once it has been erased.
Result<std::string> url_of_call(Database& database, const DueDelivery& due);

}  // namespace footfall::core
