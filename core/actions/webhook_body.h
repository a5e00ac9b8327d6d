// The envelope in which each dialect's webhooks tell of an event. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct WebhookHead {
  std::string_view event_public_id;
  std::string_view type;  // the dialect's name
  wire::Mode mode = wire::Mode::live;
  std::int64_t created_us = 0;  // when it happened
};
// Selgeo: id, type, api_version, mode, created_at, data (SEL-05). BaClique: id, type, created, data (BACX-23). `data`
// is a JSON object.
std::string webhook_body(wire::Dialect dialect, const WebhookHead& head, std::string_view data);

}  // namespace footfall::core
