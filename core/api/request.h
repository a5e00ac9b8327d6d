// One request to an API and its response, as core works on them. The request is an owned copy, because it outlives the
// connection's buffer on its way through the worker pool. No HTTP types but the method and the address.
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

// How far the wait of a conversion, or of an audit, for its click has come (PROTOCOL.md 12).
enum class ClickWait : std::uint8_t {
  not_asked,  // first pass: an unknown click sends the request into the wait
  settled,    // every click that could be it is stored by now: unknown means unknown
  unheard,    // an edge that could hold it was retired or has been silent: book it, it may still come
  timed_out,  // the bound has passed
};

struct ApiRequest {
  http::Method method = http::Method::get;
  std::string path;   // not decoded; without doubled slashes and without a slash at its end
  std::string query;  // raw
  std::string body;
  std::string host;
  std::string content_type;  // lower case, without parameters
  std::string charset;       // its parameter of that name, lower case
  std::string user_agent;
  bool is_prefetch = false;       // a browser fetches ahead of its user, who may never come
  std::string authorization;      // raw header value
  std::string api_key_header;     // X-API-Key
  std::string idempotency_key;    // Idempotency-Key
  std::string payment_signature;  // Stripe-Signature or Sunrise-Signature
  std::string if_none_match;
  std::string request_id;  // the caller's X-Request-Id, or one that core made (SE-20)
  http::Address client;    // behind trusted proxies, the address that they name
  bool secure = true;      // HTTPS, or a peer that may come without it
  std::int64_t received_us = 0;
  ClickWait click_wait = ClickWait::not_asked;
  std::string awaited_delivery;  // of the second pass: the delivery that was waited for, whether or not it has ended

  // A wait calls a request's handler twice; limits count the first call only.
  bool is_first_pass() const { return click_wait == ClickWait::not_asked && awaited_delivery.empty(); }
};

// What a response means, for logs that show more than a status.
struct ResponseOutcome {
  std::string code;               // "tracked", or the error's code
  std::string message;            // of an error
  std::optional<std::string> id;  // of what was recorded
};

struct ApiResponse {
  int status = 200;
  std::string body;
  std::string extra_fields;  // complete lines
  std::string content_type = "application/json; charset=utf-8";
  ResponseOutcome outcome;
  // Set: do not respond yet; wait until this click is stored or cannot come any more, then call the handler again.
  std::optional<wire::ClickId> wait_for;
  // The same until this delivery (a public id) has ended or a few seconds have passed; empty: no wait.
  std::string wait_for_delivery;
};

// "Name: value\r\n"
void add_field(ApiResponse& response, std::string_view name, std::string_view value);

}  // namespace footfall::core
