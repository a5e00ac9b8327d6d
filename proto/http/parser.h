// Makes a Request of the bytes of a complete header block that HeadScan has accepted. A class derived from Beast's
// basic_parser does it in one pass, without a container of fields and without allocation; Framing judges the fields
// that frame the message as they pass.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/http/guard.h"
#include "proto/http/message.h"

namespace footfall::http {

// Reused from request to request, so that its memory is allocated once.
struct Head {
  Request request;  // views into the bytes given and into this object; body, peer and time not set
  bool keep_alive = false;
  bool expects_continue = false;
  bool chunked = false;
  std::int64_t content_length = 0;
  bool has_body = false;  // chunked, or a Content-Length above 0

  std::vector<Field> fields;
  std::string host;        // lower case, if it was not so already
  std::string target;      // of an absolute target without a path
  std::string good_lines;  // see parse_partial_head
};

// On a refusal `head.request` holds what was understood before it, at least its method and target.
Refusal parse_head(std::string_view bytes, Head& head);

// For a refusal of a block that never became complete: what its good lines say, for whoever words the answer.
void parse_partial_head(std::string_view good_lines, Head& head);
// The same where not even the request line is good: method, path and Host as far as they can be made out among `bytes`.
// A guess that chooses the form of a refusal and is used for nothing else.
void guess_head(std::string_view bytes, Head& head);

}  // namespace footfall::http
