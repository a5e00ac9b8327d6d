// handle() is the order of checks that clicks.h lists, each with its own way out; record() makes the click and both
// answers, of which the log decides one. Answers are built in members that keep their memory.
#include "edge/handlers/clicks.h"

#include <chrono>
#include <cstdio>

#include "edge/handlers/cors.h"
#include "edge/handlers/link_lookup.h"
#include "edge/handlers/link_outcome.h"
#include "edge/handlers/verdict.h"
#include "proto/base/bytes.h"
#include "proto/base/logging.h"
#include "proto/http/media_type.h"
#include "proto/wire/click.h"
#include "proto/wire/credentials.h"
#include "proto/wire/dialect.h"
#include "proto/wire/query.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kInvalidPublicKey = "INVALID_PUBLIC_KEY";
constexpr std::size_t kKeyBytesMax = 255;

std::string_view query_of(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const std::size_t mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
}

// 1732812345678 → "2024-11-28T16:45:45.678Z".
std::string format_time_ms(std::int64_t time_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int{date.year()}, unsigned{date.month()},
                unsigned{date.day()}, static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text;
}

// `server_time` may be empty: it is left out then.
std::string validation_body(std::span<const Problem> problems, std::string_view server_time = {}) {
  std::string out =
      R"({"statusCode":400,"message":"Validation failed","error":"Bad Request","code":"VALIDATION_ERROR","details":[)";
  for (const Problem& problem : problems) {
    out += &problem == problems.data() ? "{\"field\":" : ",{\"field\":";
    append_json_string(out, problem.field);
    out += ",\"message\":";
    append_json_string(out, problem.message);
    out += '}';
  }
  out += ']';
  if (!server_time.empty()) out.append(",\"server_time\":\"").append(server_time).append("\"");
  return out + '}';
}

}  // namespace

Clicks::Clicks(const ClickContext& context, KeyLimits& key_limits, AddressLimits& address_limits,
               http::RequestIds& request_ids, const Clock& clock)
    : context_(context),
      key_limits_(key_limits),
      address_limits_(address_limits),
      request_ids_(request_ids),
      clock_(clock),
      unavailable_(wire::error_body(wire::Dialect::selgeo, 503)) {}

void Clicks::handle(const http::Request& request, http::Responder& responder) {
  Post post{request, responder, request_ids_.of(request)};
  if (request.method == http::Method::options) return options(post);
  context_.probe.received.add();
  if (request.method != http::Method::post) {
    return refuse(post, Refusal::method, 405, {}, "Allow: POST, OPTIONS\r\n");
  }
  const http::ClientInfo caller = http::identify_client(request, context_.proxies);
  if (caller.used_plain_http()) return refuse(post, Refusal::plain_http, 403);
  if (!context_.directory.loaded()) {
    return refuse(post, Refusal::directory_unavailable, 503, {}, "Retry-After: 1\r\n");
  }

  const std::string_view key_text = find_key(post);
  if (key_text.empty() && !has_json_type(post)) return refuse(post, Refusal::content_type, 415);
  const bool plausible = !key_text.empty() && key_text.size() <= kKeyBytesMax;
  const auto key = plausible ? context_.directory.find_key(sha256(key_text)) : std::nullopt;
  if (!key) return refuse_key(post, caller);
  if (!passes_limit(post, *key)) return;
  if (!has_json_type(post)) return refuse(post, Refusal::content_type, 415);
  if (post.body == nullptr) post.body = &parser_.parse(request.body);
  if (!post.body->problems.empty()) return refuse_fields(post, Refusal::invalid_body, post.body->problems);

  const SecretsView secrets = context_.directory.secrets();
  const ClientId client = check_client_id(post, secrets.tag_key);
  if (!client.problem.empty()) return refuse_client_id(post, client);
  const auto link = find_link_by_code(context_.directory, key->link_host, post.body->ref);
  const auto campaign = link ? context_.directory.find_campaign(link->campaign) : std::nullopt;
  // A ref of another account or mode does not exist for this key (SEL-11, SEL-40).
  const bool is_known = campaign && campaign->account == key->account && campaign->mode == key->mode;
  const LinkOutcome outcome =
      is_known ? classify_link(link, campaign, request.received_us / 1'000'000) : LinkOutcome::unknown;
  if (outcome == LinkOutcome::unknown) return refuse(post, Refusal::unknown_ref, 404);
  if (outcome != LinkOutcome::tracked) return refuse(post, Refusal::inactive_ref, 404);
  if (!context_.recorder.accepts()) return refuse(post, Refusal::log_unavailable, 503, {}, "Retry-After: 1\r\n");
  record(post, caller, *key, *link, client.id, secrets);
}

void Clicks::options(const Post& post) {
  write_preflight_fields(fields_, post.request);
  fields_.append("X-Request-Id: ").append(post.request_id).append("\r\n");
  post.responder.send({.status = 204, .content_type = {}, .extra_fields = fields_, .body = {}});
}

void Clicks::handle_near_miss(const http::Request& request, http::Responder& responder) {
  const Post post{request, responder, request_ids_.of(request)};
  if (request.method == http::Method::options) return options(post);
  const std::string body = wire::error_body(wire::Dialect::selgeo, 404);
  responder.send(build_response(post, 404, body, {}, fields_));
}

// A beacon of an untyped blob bears no type at all; what it holds must be JSON all the same.
bool Clicks::has_json_type(Post& post) {
  if (!post.request.has_field("content-type")) return true;
  const std::string_view type = post.request.field("content-type");
  const bool is_json = http::is_json_type(type) || http::is_media_type(type, "text/plain");
  return is_json && http::has_readable_charset(type, post.request.body);
}

// The first place that says anything decides: a header, the query, the body (which a beacon is bound to).
std::string_view Clicks::find_key(Post& post) {
  const http::Request& request = post.request;
  if (const std::string_view key = request.field("x-public-key"); !key.empty()) return key;
  if (const std::string_view key = wire::bearer_token(request.field("authorization")); !key.empty()) return key;
  if (const std::string_view key = wire::find_parameter(request.query, "key"); !key.empty()) return key;
  if (!has_json_type(post)) return {};
  post.body = &parser_.parse(request.body);
  return post.body->key;
}

void Clicks::refuse_key(const Post& post, const http::ClientInfo& caller) {
  const LimitDecision decision = address_limits_.take(caller.address, clock_.steady_us() / 1000);
  if (!decision.allowed) return refuse_limit(post, Refusal::address_limit, decision);
  refuse(post, Refusal::invalid_key, 401, kInvalidPublicKey);
}

bool Clicks::passes_limit(const Post& post, const KeyView& key) {
  const LimitDecision decision = key_limits_.take(key.id, key.clicks_per_minute, clock_.steady_us() / 1000);
  if (!decision.allowed) refuse_limit(post, Refusal::key_limit, decision);
  return decision.allowed;
}

// Clocks of devices are wrong, and a retry may come hours later: an id may be a day old. The time of receipt decides
// everything else.
Clicks::ClientId Clicks::check_client_id(const Post& post, const Key128& tag_key) {
  if (!post.body->click_id) return {};
  const auto id = wire::parse_uuid(*post.body->click_id);
  if (!id || !wire::is_uuid_v7(*id)) return {{}, "Expected a UUID of version 7"};
  const std::int64_t age_ms = post.request.received_us / 1000 - id->time_ms();
  if (age_ms > kClientIdAgeMaxMs || age_ms < -kClientIdAheadMaxMs) {
    return {{}, "Its time is more than 24 hours old or more than 10 minutes ahead", true};
  }
  // Seen in a URL, or one chance in 65,536: mint another.
  if (wire::has_valid_tag(*id, tag_key)) return {{}, "This id was not minted by the client"};
  return {id, {}};
}

// With the server's time, so that a client whose clock is wrong can correct it, mint anew and send once more.
void Clicks::refuse_client_id(const Post& post, const ClientId& client) {
  const Problem problem{"click_id", client.problem};
  const std::string time = client.is_time_off ? format_time_ms(post.request.received_us / 1000) : std::string();
  context_.probe.refuse(Refusal::invalid_click_id);
  const std::string body = validation_body({&problem, 1}, time);
  post.responder.send(build_response(post, 400, body, {}, fields_));
}

void Clicks::record(const Post& post, const http::ClientInfo& caller, const KeyView& key, const LinkView& link,
                    std::optional<wire::ClickId> client_id, const SecretsView& secrets) {
  const http::Request& request = post.request;
  const ClickBody& body = *post.body;
  const Visit visit = classify_visit(request);
  wire::Click click;
  click.id = client_id ? *client_id : context_.mint.mint(request.received_us, secrets.tag_key);
  // The id's time, not ours: a retry over midnight has the same answer.
  VisitorParts parts{click.id.time_ms() * 1000, caller.address, visit.user_agent, {}};
  const VisitorToken made = visitor_token(secrets, key.account, click.id, parts);
  const std::string_view own_token(made.data(), made.size());
  const std::string_view token = body.visitor_token.empty() ? own_token : body.visitor_token;
  // Ours says nothing that address and agent do not: with it a visitor is whoever followed the short link.
  if (token != own_token) parts.token = token;
  const auto visitor = visitor_hash(secrets.salts, parts);
  const http::Address address = kept_address(caller.address, context_.address_kept);
  click.received_us = request.received_us;
  click.account = key.account;
  click.mode = key.mode;
  click.campaign = link.campaign;
  click.affiliate = link.affiliate;
  click.link = link.id;
  click.key = key.id;
  click.verdict = visit.verdict | origin_verdict(request, key.origin_hosts);
  if (context_.click_rate.is_exceeded_by(caller.address)) click.verdict |= wire::kVerdictLimit;
  click.privacy = visit.privacy;
  click.source = client_id ? wire::ClickSource::posted_client_id : wire::ClickSource::posted;
  if (visitor) click.visitor = wire::view_of(*visitor);
  click.ip = address.view();
  click.user_agent = visit.user_agent;
  click.referrer = body.referrer;
  click.landing = body.url.empty() ? visit.referrer : body.url;  // the page that called
  click.query = query_of(click.landing);

  char uuid[wire::kUuidLength];
  wire::write_uuid(click.id, uuid);
  answer_.assign("{\"click_id\":\"").append(uuid, sizeof uuid).append("\",\"visitor_token\":");
  append_json_string(answer_, token);
  answer_ += '}';
  const http::Response safe = build_response(post, 201, answer_, {}, fields_);
  const http::Response otherwise = build_response(post, 503, unavailable_, "Retry-After: 1\r\n", otherwise_fields_);
  const std::uint64_t ticket = context_.recorder.append(click);
  post.responder.send_when_released(ticket, safe, otherwise);
}

http::Response Clicks::build_response(const Post& post, int status, std::string_view body, std::string_view more_fields,
                                      std::string& fields) const {
  fields.assign(cors_fields()).append("X-Request-Id: ").append(post.request_id).append("\r\n").append(more_fields);
  return {.status = status,
          .content_type = body.empty() ? std::string_view() : kJsonType,
          .extra_fields = fields,
          .body = body};
}

void Clicks::refuse(const Post& post, Refusal reason, int status, std::string_view code, std::string_view more_fields) {
  context_.probe.refuse(reason);
  const std::string_view message = reason == Refusal::plain_http ? wire::kHttpsRequired : std::string_view();
  const std::string body = wire::error_body(wire::Dialect::selgeo, status, message, code);
  post.responder.send(build_response(post, status, body, more_fields, fields_));
}

void Clicks::refuse_fields(const Post& post, Refusal reason, std::span<const Problem> problems) {
  context_.probe.refuse(reason);
  const std::string body = validation_body(problems);
  post.responder.send(build_response(post, 400, body, {}, fields_));
}

void Clicks::refuse_limit(const Post& post, Refusal reason, const LimitDecision& decision) {
  const std::int64_t wait_s = decision.retry_after_s();
  const std::string fields = "Retry-After: " + std::to_string(wait_s) +
                             "\r\nX-RateLimit-Limit: " + std::to_string(decision.limit) +
                             "\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: " +
                             std::to_string(post.request.received_us / 1'000'000 + wait_s) + "\r\n";
  refuse(post, reason, 429, {}, fields);
}

}  // namespace footfall::edge
