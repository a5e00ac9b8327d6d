#include "core/actions/events.h"

#include "core/actions/test_sessions.h"
#include "core/api/affspace/fields.h"
#include "core/api/affspace/handlers.h"
#include "core/api/affspace/responses.h"

namespace footfall::core::affspace {
namespace {

constexpr std::size_t kUrlCharactersMax = 2048;
constexpr std::string_view kTypes[] = {"pageview", "registration", "lead"};

ApiResponse recorded_response(std::string_view id) {
  ApiResponse response = success({{"tracked", true}, {"event_id", id}, {"reason", nullptr}});
  response.outcome = {"tracked", "", std::string(id)};
  return response;
}

}  // namespace

ApiResponse take_event(AdmittedRequest& admitted, WorkerContext& context, std::string_view default_type) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::sentence);
  const auto click = read.text(kClickNames, kIdRule);
  EventReport report;
  report.type = read.choice(kEventTypeNames, kTypes).value_or(std::string(default_type));
  report.url = read.text("url", {.characters_max = kUrlCharactersMax});
  report.referrer = read.text("referrer", {.characters_max = kUrlCharactersMax});
  if (!read.problems().empty()) return validation_response(read.problems());
  if (!click) return validation_response("click_id is required");
  if (report.type.empty()) return validation_response("event_type is required");
  if (request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kAffSpace, "Click not stored yet, retry");
  }

  std::string_view click_text = *click;
  if (is_test_click(click_text)) {
    auto session = test_session_of(context.database, click_text, request.received_us);
    if (!session) return failure_response(kAffSpace, session.error(), request);
    if (*session) {
      const bool is_own = (*session)->account == caller.account.id;
      return is_own ? recorded_response(wire::new_public_id("evt_test_"))
                    : validation_response("Unauthorized - click belongs to different vendor");
    }
    click_text.remove_prefix(kTestPrefix.size());
    report.dry_run = true;
  }
  const auto id = wire::parse_click_id(click_text);
  if (!id) return validation_response("Click not found");
  report.click = *id;
  report.click_settled = request.click_wait != ClickWait::not_asked;
  auto recorded = record_event(context.database, caller, report);
  if (!recorded) return failure_response(kAffSpace, recorded.error(), request);
  switch (recorded->outcome) {
    case EventOutcome::recorded:
      return recorded_response(recorded->public_id);
    case EventOutcome::click_of_another:
      return validation_response("Unauthorized - click belongs to different vendor");
    case EventOutcome::needs_click:
      return wait_for_click(*id);
    case EventOutcome::click_unknown:
      break;
  }
  // An event pays nothing, so one whose edge is silent is asked for again instead of being kept for later.
  return request.click_wait == ClickWait::unheard ? unavailable_response(kAffSpace, "Click not stored yet, retry")
                                                  : validation_response("Click not found");
}

ApiResponse report_event(AdmittedRequest& admitted, WorkerContext& context) {
  return take_event(admitted, context, "");
}

}  // namespace footfall::core::affspace
