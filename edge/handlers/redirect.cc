// handle() finds the link and says what becomes of the visitor. track() makes the click and its two answers, with and
// without the click id; the log decides which of them is sent. Where the two differ by one piece only, the answer is
// written once and the piece is left out.
#include "edge/handlers/redirect.h"

#include "edge/handlers/link_lookup.h"
#include "edge/handlers/preview.h"
#include "edge/handlers/target.h"
#include "edge/handlers/verdict.h"
#include "proto/base/bytes.h"
#include "proto/wire/click.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kLocation = "Location: ";

struct WrittenFields {
  std::string_view url;
  http::TextRange id;  // what bears the click id; see WrittenTarget
};

// The header lines of a redirect, in `out`'s memory.
WrittenFields write_fields(std::string& out, const TargetParts& parts) {
  out.assign(kLocation);
  const WrittenTarget written = append_target(out, parts);
  const std::size_t url_length = out.size() - kLocation.size();
  out += "\r\nCache-Control: no-store\r\nX-Robots-Tag: noindex\r\n";
  return {std::string_view(out).substr(kLocation.size(), url_length),
          {kLocation.size() + written.id_at, written.id_bytes}};
}

// "/Summer24/" → "Summer24". Links get a slash from software that tidies addresses.
std::string_view code_in(std::string_view path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  path.remove_suffix(path.ends_with('/') ? 1 : 0);
  return path;
}

}  // namespace

void Redirect::handle(const http::Request& request, http::Responder& responder) {
  const ClickProbe& probe = context_.probe;
  probe.received.add();
  if (request.method != http::Method::get && request.method != http::Method::head) {
    probe.refuse(Refusal::method);
    return send_page(request, responder, 405, "Allow: GET, HEAD\r\n");
  }
  if (!context_.directory.loaded()) {
    probe.refuse(Refusal::directory_unavailable);
    return send_page(request, responder, 503, "Retry-After: 1\r\n");
  }
  std::string_view code = code_in(request.path);
  std::string decoded;
  if (code.find('%') != std::string_view::npos) code = decoded = percent_decode(code, false);
  const std::string_view previewed = previewed_code(code);
  const auto link = find_link_by_code(context_.directory, request.host, previewed.empty() ? code : previewed);
  const auto campaign = link ? context_.directory.find_campaign(link->campaign) : std::nullopt;
  const LinkOutcome outcome = classify_link(link, campaign, request.received_us / 1'000'000);
  switch (outcome) {
    case LinkOutcome::unknown:
      probe.refuse(Refusal::unknown_code);
      return send_page(request, responder, 404);
    case LinkOutcome::tracked:
    case LinkOutcome::paused:
    case LinkOutcome::archived: {
      const TargetParts parts = destination_.target(request, *link, *campaign);
      if (!previewed.empty()) return show_target(previewed, parts, responder);
      if (outcome == LinkOutcome::tracked) return track(request, *link, *campaign, parts, responder);
      probe.refuse(outcome == LinkOutcome::paused ? Refusal::paused : Refusal::archived);
      return send_on(parts, responder);
    }
    case LinkOutcome::early:
    case LinkOutcome::expired:
      break;
  }
  const TargetParts parts = destination_.fallback(request, *link, *campaign);
  if (!previewed.empty() && !parts.target.empty()) return show_target(previewed, parts, responder);
  probe.refuse(outcome == LinkOutcome::early ? Refusal::early : Refusal::expired);
  if (parts.target.empty()) return send_page(request, responder, outcome == LinkOutcome::early ? 404 : 410);
  send_on(parts, responder);
}

void Redirect::send_page(const http::Request& request, http::Responder& responder, int status,
                         std::string_view more_fields) const {
  const Page page = context_.pages.current().find(request.host, status, request.field("accept-language"));
  std::string fields(page.fields);
  fields += more_fields;
  responder.send({.status = status, .content_type = kPageType, .extra_fields = fields, .body = page.body});
}

void Redirect::show_target(std::string_view code, const TargetParts& parts, http::Responder& responder) {
  context_.probe.refuse(Refusal::preview);
  std::string url;
  append_target(url, parts);
  responder.send({.status = 200,
                  .content_type = kPageType,
                  .extra_fields = kPageFields,
                  .body = preview_page(code, parts.query, url)});
}

void Redirect::send_on(const TargetParts& parts, http::Responder& responder) {
  write_fields(otherwise_, parts);
  responder.send({.status = 302, .content_type = {}, .extra_fields = otherwise_, .body = {}});
}

// `parts`: without a click id.
void Redirect::track(const http::Request& request, const LinkView& link, const CampaignView& campaign,
                     TargetParts parts, http::Responder& responder) {
  if (!context_.recorder.accepts()) {
    context_.probe.unrecorded.add();
    return send_on(parts, responder);
  }
  const SecretsView secrets = context_.directory.secrets();
  const http::ClientInfo caller = http::identify_client(request, context_.proxies);
  const Visit visit = classify_visit(request);
  const auto visitor = visitor_hash(
      secrets.salts,
      {.at_us = request.received_us, .address = caller.address, .user_agent = visit.user_agent, .token = {}});
  const http::Address address = kept_address(caller.address, context_.address_kept);

  wire::Click click;
  click.id = context_.mint.mint(request.received_us, secrets.tag_key);
  char spelled[wire::kClickIdTextMax];
  const std::string_view click_id(spelled, wire::write_click_id(campaign.dialect, click.id, spelled));
  click.received_us = request.received_us;
  click.account = campaign.account;
  click.mode = campaign.mode;
  click.campaign = campaign.id;
  click.affiliate = link.affiliate;
  click.link = link.id;
  click.verdict = visit.verdict;
  if (context_.click_rate.is_exceeded_by(caller.address)) click.verdict |= wire::kVerdictLimit;
  click.privacy = visit.privacy;
  click.source = wire::ClickSource::redirect;
  if (visitor) click.visitor = wire::view_of(*visitor);
  click.ip = address.view();
  click.user_agent = visit.user_agent;
  click.referrer = visit.referrer;
  parts.click_id = click_id;
  const WrittenFields written = write_fields(safe_, parts);
  click.landing = written.url;
  click.query = request.query;

  const std::uint64_t ticket = context_.recorder.append(click);
  const http::Response safe{.status = 302, .content_type = {}, .extra_fields = safe_, .body = {}};
  if (written.id.bytes != 0) return responder.send_or_omit_when_released(ticket, safe, written.id);
  parts.click_id = {};
  write_fields(otherwise_, parts);
  responder.send_when_released(ticket, safe,
                               {.status = 302, .content_type = {}, .extra_fields = otherwise_, .body = {}});
}

}  // namespace footfall::edge
