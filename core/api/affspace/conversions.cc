// One function, take_conversion(), reads and books every conversion that AffSpace's API and callbacks report. What the
// booking came to (RecordOutcome) is worded in response_to(). Below it are the reads.
#include "core/actions/reading/conversions.h"
#include "core/actions/change_conversion.h"
#include "core/actions/reading/campaigns.h"
#include "core/actions/test_sessions.h"
#include "core/api/affspace/fields.h"
#include "core/api/affspace/handlers.h"
#include "core/api/affspace/reported_status.h"
#include "core/api/affspace/responses.h"
#include "core/api/conversion_booking.h"
#include "core/api/json_output.h"
#include "core/api/paging.h"
#include "core/domain/identifiers.h"
#include "core/domain/money.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr std::size_t kGoalCharactersMax = 100;
constexpr std::int64_t kPageDefault = 100;  // AF-22
constexpr std::int64_t kPageMax = 500;      // AFS-52
constexpr std::string_view kStatuses[] = {"pending", "approved", "rejected", "reversed"};

ApiResponse tracked_response(std::string_view id, std::string_view currency) {
  ApiResponse response =
      success({{"tracked", true}, {"conversionId", id}, {"status", "pending"}, {"currency", currency}});
  response.outcome = {"tracked", "", std::string(id)};
  return response;
}

// AF-1: flat as the reference shows it, and nested for those who read it where tracked responses have it.
ApiResponse not_tracked_response(std::string_view reason, std::string_view message, const ConversionRow& earlier) {
  ApiResponse response = json_response(
      {{"success", true},
       {"tracked", false},
       {"reason", reason},
       {"message", message},
       {"data", {{"tracked", false}, {"reason", reason}, {"message", message}, {"conversionId", earlier.public_id}}}});
  response.outcome = {std::string(reason), std::string(message), earlier.public_id};
  return response;
}

std::string_view message_of(const Attribution& attribution) {
  if (attribution.reason == AttributionReason::campaign_inactive) {
    return attribution.earner.campaign_exists ? "Offer not active" : "Offer not found";
  }
  return "Click not found";  // AF-28: the only message for a click that cannot earn
}

ApiResponse response_to(const RecordedConversion& recorded, const ConversionReport& report) {
  const ConversionRow& row = recorded.conversion;
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return tracked_response(report.dry_run ? wire::new_public_id("conv_test_") : row.public_id,
                              row.currency.value_or(""));
    case RecordOutcome::duplicate:
      return not_tracked_response(
          "duplicate_txid", "Conversion received. A conversion with this transaction ID is already recorded.", row);
    case RecordOutcome::customer_limit:
      return not_tracked_response("cpa_customer_limit",
                                  "Conversion received. This customer already converted under this CPA offer.", row);
    case RecordOutcome::click_limit:
      return not_tracked_response("cpa_click_limit",
                                  "Conversion received. This click already converted under this CPA offer.", row);
    case RecordOutcome::needs_click:
      return wait_for_click(*report.click);
    case RecordOutcome::click_of_another:
      return validation_response("Unauthorized - click belongs to different vendor");
    case RecordOutcome::not_attributed:
      return validation_response(message_of(recorded.attribution));
    case RecordOutcome::amount_required:
      return validation_response("amount required for CPS/RevShare/percentage offers");
    case RecordOutcome::amount_not_positive:
      return validation_response("amount must be positive");
    case RecordOutcome::amount_invalid:
      return validation_response("Invalid amount");
    case RecordOutcome::currency_mismatch:
      return validation_response("currency must match offer currency");
    case RecordOutcome::budget_exceeded:
      return validation_response("Offer not active");
    case RecordOutcome::insufficient_deposit:  // where an operator made the account need one
      return error_response(kAffSpace, 402, "The deposit does not cover the payout");
    case RecordOutcome::time_implausible:  // AffSpace's reports carry no time
    case RecordOutcome::no_signal:
    case RecordOutcome::mode_mismatch:
      return validation_response("Click not found");
  }
  return error_response(kAffSpace, 500);
}

// What is wrong with a report that is about no real click: the same checks, in the same words.
std::vector<FieldProblem> problems_of(WorkerContext& context, const Caller& caller, const TestSession& session,
                                      const ConversionReport& report) {
  std::vector<FieldProblem> problems;
  auto offer = read_campaign_by_number(context.database, caller, session.campaign);
  if (!offer || !*offer) return {{"offer_code", "Offer not found"}};
  if ((*offer)->row.status != "active") problems.push_back({"offer_code", "Offer not active"});
  bool needs_amount = false;
  for (const Terms& terms : (*offer)->terms) {
    const bool is_own = is_same_name(terms.goal, report.goal);
    if (is_own || terms.goal.empty()) needs_amount = terms.kind == TermsKind::percentage;
    if (is_own) break;
  }
  if (needs_amount && !report.amount_text) {
    problems.push_back({"sum", "amount required for CPS/RevShare/percentage offers"});
  }
  if (report.amount_text) {
    auto minor = parse_minor(*report.amount_text, currency_exponent(session.campaign_currency).value_or(2),
                             ExcessDigits::round_half_up);
    if (!minor || *minor > kSaleMinorMax) problems.push_back({"sum", "Invalid amount"});
    if (minor && *minor <= 0) problems.push_back({"sum", "amount must be positive"});
  }
  if (report.currency && *report.currency != session.campaign_currency) {
    problems.push_back({"currency", "currency must match offer currency"});
  }
  return problems;
}

ApiResponse take_test(AdmittedRequest& admitted, WorkerContext& context, const TestSession& session,
                      const ConversionReport& report) {
  const bool is_own = session.account == admitted.caller().account.id;
  std::vector<FieldProblem> problems;
  if (is_own) problems = problems_of(context, admitted.caller(), session, report);
  if (auto noted = report_test(context.database, session, is_own, problems); !noted) {
    return failure_response(kAffSpace, noted.error(), admitted.request);
  }
  if (!is_own) return validation_response("Unauthorized - click belongs to different vendor");
  if (!problems.empty()) return validation_response(problems);
  return tracked_response(wire::new_public_id("conv_test_"), session.campaign_currency);
}

ApiResponse declined_response(std::string_view message, const std::optional<std::string>& earlier) {
  json::object data = {{"tracked", false}, {"reason", "declined"}, {"message", message}};
  if (earlier) data["conversionId"] = *earlier;
  ApiResponse response = json_response(
      {{"success", true}, {"tracked", false}, {"reason", "declined"}, {"message", message}, {"data", std::move(data)}});
  response.outcome = {"declined", std::string(message), earlier};
  return response;
}

// A conversion that the tracker reports as declined (FC-3): nothing is booked, and the earlier one of the same
// transaction is rejected. A dry run of the booking finds that one. Without a transaction id it is the click's own.
ApiResponse decline(AdmittedRequest& admitted, WorkerContext& context, ConversionReport report) {
  report.dry_run = true;
  report.must_attribute = true;
  report.click_may_still_come = false;
  auto recorded = book(admitted, context, report);
  if (!recorded) return failure_response(kAffSpace, recorded.error(), admitted.request);
  bool is_same_sale = recorded->outcome == RecordOutcome::duplicate;
  switch (recorded->outcome) {
    case RecordOutcome::needs_click:
    case RecordOutcome::click_of_another:
    case RecordOutcome::not_attributed:
      return response_to(*recorded, report);
    case RecordOutcome::click_limit:
    case RecordOutcome::customer_limit:
      is_same_sale = !report.external_id && recorded->conversion.click_id == wire::to_uuid(*report.click);
      break;
    default:
      break;
  }
  if (!is_same_sale) return declined_response("Conversion received. It is declined, so nothing is owed.", std::nullopt);
  const std::string& earlier = recorded->conversion.public_id;
  auto rejected = change_conversion(context.database, admitted.caller(),
                                    {earlier, ConversionVerb::reject, std::nullopt, "other", "declined by the sender"});
  if (rejected) return declined_response("Conversion received. The earlier one is rejected.", earlier);
  if (rejected.error().kind != ErrorKind::conflict) {
    return failure_response(kAffSpace, rejected.error(), admitted.request);
  }
  if (rejected.error().code == "disputed") {
    return declined_response("Conversion received. The earlier one is disputed, and the operator decides.", earlier);
  }
  return declined_response("Conversion received. The earlier one cannot be rejected any more.", earlier);
}

std::int64_t owed_minor(const ConversionRow& row) {
  return row.status == ConversionStatus::rejected ? 0 : row.commission_minor - row.reversed_minor;
}

json::object item(const ConversionRow& row) {
  const std::string_view status = row.status == ConversionStatus::paid ? "approved" : status_name(row.status);
  return {{"id", row.public_id},
          {"offerCode", row.campaign_code},
          {"vendorTxId", nullable_text(row.external_id)},
          {"currency", row.currency.value_or("")},
          {"saleAmountCents", row.amount_minor.value_or(0)},
          {"advertiserPayoutCents", owed_minor(row)},
          {"status", status},
          {"createdAt", row.created_us / 1000}};
}

}  // namespace

ApiResponse take_conversion(AdmittedRequest& admitted, WorkerContext& context, std::string_view default_goal) {
  const ApiRequest& request = admitted.request;
  FieldReader read(admitted.input, FieldStyle::sentence);
  const auto click = read.text(kClickNames, kIdRule);
  ConversionReport report;
  report.amount_text = read.decimal(kAmountNames, {.accepts_text = true});
  report.external_id = read.text(kTransactionNames, kIdRule);
  report.customer_id = read.text(kCustomerNames, kIdRule);
  report.goal = read.text(kGoalNames, {.characters_max = kGoalCharactersMax, .accepts_numbers = true})
                    .value_or(std::string(default_goal));
  const auto currency = read.text("currency");
  const ReportedStatus status = read_status(read, admitted.input);
  if (classify_status(report.goal) == ReportedStatus::declined) report.goal = default_goal;  // "refund" is no goal
  if (!read.problems().empty()) return validation_response(read.problems());
  if (!click) return validation_response("click_id is required");
  if (currency) {
    auto known = parse_currency(*currency);
    if (!known) return validation_response("currency must match offer currency");
    report.currency = *known;
  }
  if (request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kAffSpace, "Click not stored yet, retry");
  }

  std::string_view click_text = *click;
  if (is_test_click(click_text)) {
    if (auto confirmed = confirm_caller(admitted, context); !confirmed) {
      return failure_response(kAffSpace, confirmed.error(), request);
    }
    auto session = test_session_of(context.database, click_text, request.received_us);
    if (!session) return failure_response(kAffSpace, session.error(), request);
    if (*session) return take_test(admitted, context, **session, report);
    click_text.remove_prefix(kTestPrefix.size());
    report.dry_run = true;
  }
  report.dry_run |= status == ReportedStatus::test;
  report.click = wire::parse_click_id(click_text);
  if (!report.click) return validation_response("Click not found");
  add_request(report, request);
  report.click_may_still_come &= !report.dry_run;
  // A click whose edge is silent may still come; the conversion is booked and waits for it.
  report.must_attribute = !report.click_may_still_come;
  if (status == ReportedStatus::declined) return decline(admitted, context, std::move(report));
  auto recorded = book(admitted, context, report);
  if (!recorded) return failure_response(kAffSpace, recorded.error(), request);
  return response_to(*recorded, report);
}

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return take_conversion(admitted, context, "purchase");
}

ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::sentence);
  const CursorPage page = read_cursor_page(read, kPageDefault, kPageMax);
  ConversionFilter filter;
  filter.limit = page.rows_to_read();
  filter.campaign_code = read.text("offer_code");
  filter.paid_is_approved = true;
  filter.status = read.choice("status", kStatuses);
  if (auto ranged = read_range(read, context.database, caller, filter.from_us, filter.to_us); !ranged) {
    return failure_response(kAffSpace, ranged.error(), request);
  }
  if (!read.problems().empty()) return validation_response(read.problems());
  if (page.cursor) {
    auto last = read_conversion(context.database, caller, *page.cursor);
    if (!last) return failure_response(kAffSpace, last.error(), request);
    if (!*last) return validation_response("Invalid cursor");
    filter.below_id = static_cast<std::int64_t>((*last)->id.value);
  }
  auto rows = read_conversions(context.database, caller, filter);
  if (!rows) return failure_response(kAffSpace, rows.error(), request);
  const bool has_more = cut_to_page(*rows, page);
  json::array data;
  for (const ConversionRow& row : *rows) data.push_back(item(row));
  return success_page(std::move(data), has_more ? std::string_view(rows->back().public_id) : std::string_view());
}

ApiResponse show_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  auto row = read_conversion(context.database, admitted.caller(), admitted.parameters[0]);
  if (!row) return failure_response(kAffSpace, row.error(), admitted.request);
  if (!*row) return not_found_response("Conversion not found");
  return success(item(**row));
}

}  // namespace footfall::core::affspace
