// A conversion of BaClique names its campaign, and is credited by the click or by the affiliate's code (BA-4). What
// cannot be credited is refused and not booked, except where the click may still come: then it is booked, and credited
// when the click is stored. The model's five states are three here: paid ones count as approved, reversed ones as
// rejected (BACX-21).
#include "core/actions/reading/conversions.h"
#include "core/actions/change_conversion.h"
#include "core/api/baclique/handlers.h"
#include "core/api/baclique/responses.h"
#include "core/api/conversion_booking.h"
#include "core/api/json_output.h"
#include "core/api/paging.h"
#include "core/domain/money.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core::baclique {
namespace {

constexpr std::string_view kStatuses[] = {"pending", "approved", "rejected"};
constexpr std::string_view kDepositTooSmall = "The deposit does not cover the commission";
constexpr std::string_view kCurrencyDefault = "EUR";  // BACX-17

ExactObject item(const ConversionRow& row) {
  const std::string currency = row.currency.value_or(std::string(kCurrencyDefault));
  const int exponent = currency_exponent(currency).value_or(2);
  const bool is_approved = three_state_name(row.status) == "approved";
  ExactObject object;
  object.add("id", row.public_id)
      .add("campaign_id", row.campaign_public_id)
      .add("affiliate_id", nullable_text(row.affiliate_public_id))
      .add("external_id", nullable_text(row.external_id))
      .add_decimal("amount", format_minor(row.amount_minor.value_or(0), exponent))
      .add("currency", currency)
      .add_decimal("commission", format_minor(row.commission_minor - row.reversed_minor, exponent))
      .add("status", three_state_name(row.status))
      .add("created_at", iso8601_ms(row.created_us))
      .add("approved_at", nullable_time(is_approved ? row.decided_us : std::nullopt));
  return object;
}

struct SentConversion {
  std::string campaign_id;
  std::optional<std::string> click_text;
  ConversionReport report;
};

SentConversion read_fields(FieldReader& read) {
  SentConversion sent;
  ConversionReport& report = sent.report;
  sent.campaign_id = read.text("campaign_id", {.required = true}).value_or("");
  report.affiliate_code = read.text("affiliate_code");
  sent.click_text = read.text("click_id");
  report.external_id = read.text("external_id", {.required = true, .accepts_numbers = true});
  const auto amount = read.decimal("amount", {.accepts_text = true});
  report.currency = read.currency("currency").value_or(std::string(kCurrencyDefault));
  auto minor =
      parse_minor(amount.value_or("0"), currency_exponent(*report.currency).value_or(2), ExcessDigits::round_half_up);
  if (!minor || *minor > kSaleMinorMax) {
    read.add_problem("amount", "amount must be a number that a sale can have");
  } else if (*minor < 0) {
    read.add_problem("amount", "amount must not be negative");
  } else {
    report.amount_minor = *minor;
  }
  if (!sent.click_text && !report.affiliate_code) {
    read.add_problem("affiliate_code", "affiliate_code or click_id is required");
  }
  if (sent.click_text) report.click = wire::parse_click_id(*sent.click_text);
  return sent;
}

// Why nobody can be credited (BA-5, BA-15).
ApiResponse response_to(const Attribution& attribution, bool campaign_active) {
  if (!campaign_active) return invalid_response("Campaign is not active");
  switch (attribution.reason) {
    case AttributionReason::affiliate_inactive:
      return forbidden_response("Affiliate suspended");
    case AttributionReason::code_unknown:
      return not_found_response(kAffiliateNotFound);
    case AttributionReason::click_unknown:
    case AttributionReason::click_of_another_campaign:
      return not_found_response("Click not found");
    case AttributionReason::click_expired:
      return invalid_response("Click is outside of the attribution window");
    default:
      return invalid_response("Click cannot be credited");
  }
}

ApiResponse response_to(const RecordedConversion& recorded, const ConversionReport& report) {
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return json_response(item(recorded.conversion));
    case RecordOutcome::needs_click:
      return wait_for_click(*report.click);
    case RecordOutcome::duplicate:
      return invalid_response("Duplicate conversion");
    case RecordOutcome::budget_exceeded:
      return forbidden_response("Campaign budget exceeded");
    case RecordOutcome::not_attributed:
      return response_to(recorded.attribution, report.campaign->status == "active");
    case RecordOutcome::customer_limit:
    case RecordOutcome::click_limit:
      return invalid_response("The click has converted already");  // a limit that the command line has set
    case RecordOutcome::no_signal:                                 // the click's id could not be read
    case RecordOutcome::mode_mismatch:
    case RecordOutcome::click_of_another:
      return not_found_response("Click not found");
    case RecordOutcome::insufficient_deposit:  // where an operator made the account need one
      return forbidden_response(kDepositTooSmall);
    case RecordOutcome::time_implausible:  // these are beyond what a report can say here
    case RecordOutcome::amount_required:
    case RecordOutcome::amount_invalid:
    case RecordOutcome::amount_not_positive:
    case RecordOutcome::currency_mismatch:
      break;
  }
  return error_response(kBaClique, 500);
}

// Rejects or restores. What was paid out can be neither (BA-22); what was taken back is shown as rejected and stays so.
ApiResponse change_status(AdmittedRequest& admitted, WorkerContext& context, const ConversionChange& change) {
  const ApiRequest& request = admitted.request;
  auto row = read_conversion(context.database, admitted.caller(), change.public_id);
  if (!row) return failure_response(kBaClique, row.error(), request);
  if (!*row) return not_found_response(kConversionNotFound);
  if ((*row)->status == ConversionStatus::paid) return invalid_response("Conversion has been paid out");
  const bool is_rejecting = change.verb == ConversionVerb::reject;
  if ((*row)->status == ConversionStatus::reversed && is_rejecting) return json_response(item(**row));
  auto changed = change_conversion(context.database, admitted.caller(), change);
  if (changed) return json_response(item(*changed));
  if (changed.error().code == "budget_exceeded") return forbidden_response("Campaign budget exceeded");
  if (changed.error().code == "insufficient_deposit") return forbidden_response(kDepositTooSmall);
  if (changed.error().code == "disputed") return invalid_response("Conversion is disputed; the operator decides");
  if (changed.error().kind == ErrorKind::conflict) {
    return invalid_response(is_rejecting ? "Conversion cannot be rejected" : "Conversion is not rejected");
  }
  return action_response(changed.error(), kConversionNotFound, request);
}

}  // namespace

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  FieldReader read(admitted.input, FieldStyle::sentence);
  SentConversion sent = read_fields(read);
  if (!read.problems().empty()) return invalid_response(read.problems());
  if (request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kBaClique, "The click has not been stored yet; retry");
  }
  auto campaign = find_campaign(context, admitted.caller(), sent.campaign_id);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);

  ConversionReport& report = sent.report;
  report.campaign = &campaign->row;
  report.must_attribute = true;
  add_request(report, request);
  auto recorded = book(admitted, context, report);
  if (!recorded) return failure_response(kBaClique, recorded.error(), request);
  return response_to(*recorded, report);
}

ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  auto campaign = find_campaign(context, admitted.caller(), admitted.parameters[0]);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);
  FieldReader read(admitted.input, FieldStyle::sentence);
  const OffsetPage page = read_offset_page(read, kPageDefault, kPageMax);
  ConversionFilter filter;
  filter.campaign = campaign->row.id;
  filter.status = read.choice("status", kStatuses);
  filter.paid_is_approved = true;
  filter.reversed_is_rejected = true;
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset;
  const OwnerIds of{{}, {}, read.text("affiliate_id").value_or("")};
  if (!read.problems().empty()) return invalid_response(read.problems());

  std::vector<ExactObject> items;
  auto total = count_conversions(context.database, admitted.caller(), filter, of);
  if (!total && total.error().kind != ErrorKind::not_found) return failure_response(kBaClique, total.error(), request);
  if (total) {
    auto rows = read_conversions(context.database, admitted.caller(), filter, of);
    if (!rows) return failure_response(kBaClique, rows.error(), request);
    for (const ConversionRow& row : *rows) items.push_back(item(row));
  }
  ExactObject body;
  body.add_list("conversions", items).add("pagination", pagination(page, total.value_or(0)));
  return json_response(body);
}

ApiResponse reject_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  ConversionChange change{admitted.parameters[0], ConversionVerb::reject, std::nullopt, "other", std::nullopt};
  if (!trim(admitted.request.body).empty()) {  // a reason may be given, and need not be
    FieldReader read(admitted.input, FieldStyle::sentence);
    change.rejection_note = read.text("reason", {.characters_max = 1000, .is_free = true});
    if (!read.problems().empty()) return invalid_response(read.problems());
  }
  return change_status(admitted, context, change);
}

ApiResponse unreject_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return change_status(admitted, context, {admitted.parameters[0], ConversionVerb::restore, {}, {}, {}});
}

}  // namespace footfall::core::baclique
