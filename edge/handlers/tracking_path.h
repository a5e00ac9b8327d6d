// Decides whether a request means the tracking endpoint, POST /v1/clicks. Base URLs are joined with paths by hand, so a
// doubled or a final slash is taken as meant. Of what comes close to it, but is not it, the answer carries CORS all the
// same: a page would otherwise only learn that "CORS" failed. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/http/message.h"

namespace footfall::edge {

enum class TrackingPath : std::uint8_t {
  endpoint,   // "/v1/clicks", "//v1/clicks", "/v1/clicks/"
  near_miss,  // POST or OPTIONS of "/v1/click", "/V1/Clicks", "/v1/clicks/x", "/clicks", "/api/v1/clicks"
  other,
};
TrackingPath classify_tracking_path(http::Method method, std::string_view path);

}  // namespace footfall::edge
