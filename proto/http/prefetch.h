// Whether a request comes from a browser that fetches ahead of its user, who may never come:
//
//   Sec-Purpose: prefetch, prefetch;prerender, …    Purpose: prefetch    X-Moz: prefetch
//   X-Purpose: preview                              X-Purpose: instant
//
// Names and values are compared without case. Pure.
#pragma once

#include "proto/http/message.h"

namespace footfall::http {

bool says_prefetch(const Field& field);

}  // namespace footfall::http
