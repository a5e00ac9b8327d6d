// POST /v1/clicks, Selgeo's tracking endpoint (SEL-02, SE-1 to SE-5, SE-14, SE-18 to SE-20). Order of checks: method,
// transport, key (401, or 429 for an address that tries too many), the key's limit (429), media type (415), body (400),
// client's click id (400), ref (404), log (503). Every answer carries the CORS headers. One per worker.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "edge/handlers/click_body.h"
#include "edge/handlers/click_context.h"
#include "edge/limits/address_limits.h"
#include "edge/limits/key_limits.h"
#include "proto/base/clock.h"
#include "proto/http/handler.h"

namespace footfall::edge {

inline constexpr std::int64_t kClientIdAgeMaxMs = 24 * 3'600 * 1'000;  // PROTOCOL.md 11
inline constexpr std::int64_t kClientIdAheadMaxMs = 10 * 60 * 1'000;

class Clicks {
 public:
  // All outlive this.
  Clicks(const ClickContext& context, KeyLimits& key_limits, AddressLimits& address_limits,
         http::RequestIds& request_ids, const Clock& clock);
  void handle(const http::Request& request, http::Responder& responder);
  // A path that comes close (tracking_path.h): 404 with CORS, and a preflight is answered so that the page sees it.
  void handle_near_miss(const http::Request& request, http::Responder& responder);

 private:
  struct Post {  // one request and what is known of it so far
    const http::Request& request;
    http::Responder& responder;
    std::string_view request_id;
    const ClickBody* body = nullptr;
  };
  void options(const Post& post);
  bool has_json_type(Post& post);
  std::string_view find_key(Post& post);
  void refuse_key(const Post& post, const http::ClientInfo& caller);
  bool passes_limit(const Post& post, const KeyView& key);
  struct ClientId {
    std::optional<wire::ClickId> id;  // none: the client sent none
    std::string_view problem;         // empty: there is none
    bool is_time_off = false;
  };
  static ClientId check_client_id(const Post& post, const Key128& tag_key);
  void refuse_client_id(const Post& post, const ClientId& client);
  void record(const Post& post, const http::ClientInfo& caller, const KeyView& key, const LinkView& link,
              std::optional<wire::ClickId> client_id, const SecretsView& secrets);

  void refuse(const Post& post, Refusal reason, int status, std::string_view code = {},
              std::string_view more_fields = {});
  void refuse_fields(const Post& post, Refusal reason, std::span<const Problem> problems);
  void refuse_limit(const Post& post, Refusal reason, const LimitDecision& decision);
  http::Response build_response(const Post& post, int status, std::string_view body, std::string_view more_fields,
                                std::string& fields) const;

  ClickContext context_;
  KeyLimits& key_limits_;
  AddressLimits& address_limits_;
  http::RequestIds& request_ids_;
  const Clock& clock_;
  ClickBodyParser parser_;
  std::string fields_;  // of the answer being made; kept for their memory
  std::string otherwise_fields_;
  std::string answer_;
  const std::string unavailable_;  // the body of a 503, which every click has ready
};

}  // namespace footfall::edge
