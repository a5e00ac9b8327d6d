// Decides whether a browser sent a request ahead of its user, who may never follow:
//
//   Sec-Purpose, Purpose, X-Purpose or X-Moz: prefetch…, preview… or instant…
//
// Browsers and WebKit's shells paired these names and words in many ways over the years, and a navigation carries none
// of them. Names and values are compared without case. Pure.
#pragma once

#include "proto/http/message.h"

namespace footfall::http {

bool says_prefetch(const Field& field);

}  // namespace footfall::http
