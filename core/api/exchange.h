// One call of an API as core works on it: an owned copy of the request, because it outlives the connection's buffer on
// its way through the pool, and the answer. No HTTP types but the method and the address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/http/message.h"
#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// How far a conversion's wait for its click has come (PROTOCOL.md 12).
enum class ClickWait : std::uint8_t {
  not_asked,  // first pass: an unknown click sends the call into the wait
  settled,    // every click that could be it is stored by now: unknown means unknown
  unheard,    // an edge that could hold it was retired or has been silent: book it, it may still come
  timed_out,  // the bound has passed
};

struct Call {
  http::Method method = http::Method::get;
  std::string path;   // not decoded
  std::string query;  // raw
  std::string body;
  std::string host;
  std::string content_type;    // lower case, without parameters
  std::string authorization;   // raw header value
  std::string api_key_header;  // X-API-Key
  std::string request_id;      // taken from the caller or made here (SE-20)
  http::Address client;        // behind trusted proxies, the address they name
  bool secure = true;          // HTTPS, or a peer that may come without it
  std::int64_t received_us = 0;
  ClickWait click_wait = ClickWait::not_asked;

  // First value of a query parameter, decoded; what is not UTF-8 in it is replaced, so that it can be looked up.
  std::optional<std::string> query_value(std::string_view name) const;
};
std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text);  // in order, at most 200

struct Answer {
  int status = 200;
  std::string body;
  std::string extra_fields;  // complete lines
  std::string content_type = "application/json; charset=utf-8";
  // Set: do not answer yet; wait until this click is stored or cannot come any more, then ask again.
  std::optional<wire::ClickId> wait_for;
};

// "Name: value\r\n"
void add_field(Answer& answer, std::string_view name, std::string_view value);

}  // namespace footfall::core
