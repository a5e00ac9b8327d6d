// The names by which each dialect's webhooks tell of events, and which of them an event of domain/event_types.h is told
// by. Pure.
#pragma once

#include <span>
#include <string_view>

#include "proto/wire/dialect.h"

namespace footfall::core {

// Everything that an endpoint can ask for; empty for a dialect without webhooks.
std::span<const std::string_view> webhook_events(wire::Dialect dialect);
bool has_webhooks(wire::Dialect dialect);

// The names under which `event_type` is told, each in a webhook of its own; none: the dialect does not tell of it.
std::span<const std::string_view> webhook_events_of(wire::Dialect dialect, std::string_view event_type);

inline constexpr std::string_view kWebhookTest = "webhook.test";

}  // namespace footfall::core
