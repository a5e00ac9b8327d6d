#include "core/api/affspace/events.h"

#include "core/actions/events.h"
#include "core/actions/test_sessions.h"
#include "core/api/affspace/gate.h"
#include "proto/base/bytes.h"

namespace footfall::core::affspace {
namespace {

constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;
constexpr std::string_view kTypeNames[] = {"event_type", "event", "goal"};

Answer recorded_as(std::string_view id) { return success({{"tracked", true}, {"event_id", id}, {"reason", nullptr}}); }

}  // namespace

Answer take_event(const Call& call, Desk& desk, const Caller& caller, Parameters& parameters,
                  std::string_view default_type) {
  const auto click = parameters.text(kClickNames);
  EventReport report;
  report.type = parameters.text(kTypeNames).value_or(std::string(default_type));
  report.url = parameters.text("url", kUrlCharactersMax);
  report.referrer = parameters.text("referrer", kUrlCharactersMax);
  if (!parameters.problems().empty()) return refuse_validation(parameters.problems().front().message);
  if (!click) return refuse_validation("click_id is required");
  if (report.type.empty()) return refuse_validation("event_type is required");
  if (report.type != "pageview" && report.type != "registration" && report.type != "lead") {
    return refuse_validation("event_type must be one of pageview, registration, lead");
  }
  if (call.click_wait == ClickWait::timed_out) return refuse_for_now(kAffSpace, "Click not stored yet, retry");

  std::string_view spelled = *click;
  if (spelled.size() > kTestPrefix.size() && equal_ignoring_case(spelled.substr(0, kTestPrefix.size()), kTestPrefix)) {
    auto session = test_session_of(desk.database, spelled, call.received_us);
    if (!session) return refuse_failure(kAffSpace, session.error(), call);
    if (*session) {
      const bool own = (*session)->account == caller.account.id;
      return own ? recorded_as(wire::new_public_id("evt_test_"))
                 : refuse_validation("Unauthorized - click belongs to different vendor");
    }
    spelled.remove_prefix(kTestPrefix.size());
    report.dry_run = true;
  }
  const auto id = wire::parse_click_id(spelled);
  if (!id) return refuse_validation("Click not found");
  report.click = *id;
  report.account = caller.account.id;
  report.mode = caller.mode.value();
  report.click_settled = call.click_wait != ClickWait::not_asked;
  auto recorded = record_event(desk.database, report);
  if (!recorded) return refuse_failure(kAffSpace, recorded.error(), call);
  switch (recorded->outcome) {
    case EventOutcome::recorded:
      return recorded_as(recorded->public_id);
    case EventOutcome::click_of_another:
      return refuse_validation("Unauthorized - click belongs to different vendor");
    case EventOutcome::needs_click: {
      Answer wait;
      wait.wait_for = *id;
      return wait;
    }
    case EventOutcome::click_unknown:
      break;
  }
  // An event pays nothing, so one whose edge is silent is asked for again instead of being kept for later.
  return call.click_wait == ClickWait::unheard ? refuse_for_now(kAffSpace, "Click not stored yet, retry")
                                               : refuse_validation("Click not found");
}

Answer report_event(const Call& call, Desk& desk) {
  Parameters parameters(call);
  auto admitted = admit(call, desk, presented_key(call, &parameters), "write");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  return take_event(call, desk, std::get<Caller>(admitted), parameters, "");
}

}  // namespace footfall::core::affspace
