// A conversion of Affily names its click and its offer. What cannot be credited is refused and not booked, except where
// the click may still come: then it is booked without a commission, and credited when the click is stored. What booking
// came to (RecordOutcome) is worded in response_to().
#include "core/actions/reading/conversions.h"
#include "core/actions/change_conversion.h"
#include "core/actions/reading/campaigns.h"
#include "core/api/affily/conversion_view.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "core/api/conversion_booking.h"
#include "core/api/paging.h"
#include "core/api/range_bound.h"
#include "core/domain/money.h"

namespace footfall::core::affily {
namespace {

constexpr std::int64_t kPageDefault = 100;  // AY-13
constexpr std::int64_t kPageMax = 500;      // AFY-21
constexpr std::size_t kMetadataBytesMax = 16 * 1024;
constexpr std::size_t kNoteCharactersMax = 1'000;
constexpr std::string_view kDecisions[] = {"approved", "rejected"};

struct SentConversion {
  std::string click_text, offer_id;
  ConversionReport report;
};

// A sale of nothing is one without an amount: a lead, which a fixed commission pays.
void read_amount(FieldReader& read, ConversionReport& report) {
  constexpr int kExponentMax = 3;  // of any currency
  report.amount_text = read.decimal("amount", {.required = true});
  if (!report.amount_text) return;
  auto minor = parse_minor(*report.amount_text, kExponentMax, ExcessDigits::round_half_up);
  if (!minor) {
    read.add_problem("amount", "Number is not an amount of money");
  } else if (*minor < 0) {
    read.add_problem("amount", "Number must be greater than or equal to 0");
  } else if (*minor == 0) {
    report.amount_text.reset();
  }
}

SentConversion read_fields(FieldReader& read) {
  SentConversion sent;
  sent.click_text = read.text("click_id", {.required = true}).value_or("");
  sent.offer_id = read.text("offer_id", {.required = true}).value_or("");
  sent.report.external_id = read.text("order_id", {.required = true, .accepts_numbers = true});
  read_amount(read, sent.report);
  sent.report.currency = read.currency("currency");
  sent.report.metadata = read.object("metadata", kMetadataBytesMax);
  return sent;
}

// AFY-17
ApiResponse created_response(const ConversionRow& row) {
  ExactObject body;
  body.add("id", row.public_id)
      .add("status", three_state_name(row.status))
      .add_decimal("commission", commission_of(row))
      .add("hold_until", nullable_time(row.hold_until_us));
  return json_response(body, 201);
}

ApiResponse unknown_click() { return field_response(404, "click_id", "Click not found"); }

ApiResponse response_to(const Attribution& attribution) {
  switch (attribution.reason) {
    case AttributionReason::click_expired:
      return error_with_details(410, {{"field", "click_id"}, {"explanation", attribution.explanation}});
    case AttributionReason::click_unknown:
      return unknown_click();
    case AttributionReason::click_of_another_campaign:
      return field_response(422, "click_id", "The click belongs to another offer");
    case AttributionReason::campaign_inactive:
      return field_response(422, "offer_id", "The offer is not active");
    default:
      return field_response(422, "click_id", attribution.explanation);
  }
}

ApiResponse response_to(const RecordedConversion& recorded, const ConversionReport& report) {
  const ConversionRow& row = recorded.conversion;
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return created_response(row);
    case RecordOutcome::needs_click:
      return wait_for_click(*report.click);
    case RecordOutcome::duplicate:  // AY-6
      return error_with_details(409, {{"field", "order_id"}, {"conversion_id", row.public_id}});
    case RecordOutcome::insufficient_deposit:  // AY-5
      return error_with_details(
          402, {{"commission", commission_of(row)}, {"currency", nullable_text(row.commission_currency)}});
    case RecordOutcome::not_attributed:
      return response_to(recorded.attribution);
    case RecordOutcome::no_signal:
    case RecordOutcome::mode_mismatch:
    case RecordOutcome::click_of_another:
      return unknown_click();
    case RecordOutcome::amount_required:
    case RecordOutcome::amount_not_positive:
      return field_response(422, "amount", "The offer pays a share, so the amount must be above 0");
    case RecordOutcome::amount_invalid:
      return field_response(422, "amount", "Number is too large");
    case RecordOutcome::currency_mismatch:
      return field_response(422, "currency", "Must be the currency of the offer");
    case RecordOutcome::budget_exceeded:
      return field_response(422, "offer_id", "The offer's budget is used up");
    case RecordOutcome::customer_limit:  // limits that the command line has set
    case RecordOutcome::click_limit:
      return field_response(422, "click_id", "The click has converted already");
    case RecordOutcome::time_implausible:  // Affily's reports carry no time
      break;
  }
  return error_response(kAffily, 500);
}

// `from` and `to`: a date of the account's time zone or a moment (AY-15, AY-16).
Result<void> read_range(FieldReader& read, Database& database, const Caller& caller, ConversionFilter& filter) {
  struct Bound {
    const char* name;
    RangeEnd end;
    std::optional<std::int64_t>* us;
  };
  for (const Bound& bound :
       {Bound{"from", RangeEnd::first, &filter.from_us}, Bound{"to", RangeEnd::last, &filter.to_us}}) {
    const auto text = read.text(bound.name);
    const auto time = read.time(bound.name);
    if (!text || !time) continue;
    auto us = range_bound(database, caller, *text, *time, bound.end);
    if (!us) return Failure(us.error());
    *bound.us = *us;
  }
  return {};
}

ApiResponse not_found_or_forbidden(const AdmittedRequest& admitted, WorkerContext& context) {
  auto foreign = is_conversion_of_another(context.database, admitted.caller(), admitted.parameters[0]);
  if (!foreign) return failure_response(kAffily, foreign.error(), admitted.request);
  return *foreign ? error_response(kAffily, 403) : error_response(kAffily, 404, "Conversion not found");
}

}  // namespace

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  FieldReader read(admitted.input, FieldStyle::terse);
  SentConversion sent = read_fields(read);
  if (!read.problems().empty()) return invalid_body(read, admitted.input);
  if (request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kAffily, "The click has not been stored yet; retry");
  }
  auto offer = read_campaign(context.database, admitted.caller(), sent.offer_id);
  if (!offer && offer.error().kind != ErrorKind::not_found) return failure_response(kAffily, offer.error(), request);
  if (!offer || offer->row.status == "deleted") return field_response(404, "offer_id", "Offer not found");
  ConversionReport& report = sent.report;
  report.click = wire::parse_click_id(sent.click_text);
  if (!report.click) return unknown_click();
  report.campaign = &offer->row;
  report.must_attribute = true;
  add_request(report, request);
  auto recorded = book(admitted, context, report);
  if (!recorded) return failure_response(kAffily, recorded.error(), request);
  return response_to(*recorded, report);
}

ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  const CursorPage page = read_cursor_page(read, kPageDefault, kPageMax);
  ConversionFilter filter;
  filter.limit = page.rows_to_read();
  filter.paid_is_approved = true;
  filter.reversed_is_rejected = true;
  filter.status = read.choice("status", kStatuses);
  if (auto ranged = read_range(read, context.database, caller, filter); !ranged) {
    return failure_response(kAffily, ranged.error(), request);
  }
  if (page.cursor && read.problems().empty()) {
    auto last = read_conversion(context.database, caller, *page.cursor);
    if (!last) return failure_response(kAffily, last.error(), request);
    if (*last) filter.below_id = static_cast<std::int64_t>((*last)->id.value);
    if (!*last) read.add_problem("cursor", "No such conversion");
  }
  if (!read.problems().empty()) return invalid_query(read);
  auto rows = read_conversions(context.database, caller, filter);
  if (!rows) return failure_response(kAffily, rows.error(), request);
  const bool has_more = cut_to_page(*rows, page);
  std::vector<ExactObject> items;
  for (const ConversionRow& row : *rows) items.push_back(conversion_item(row));
  return page_response(items, has_more ? std::string_view(rows->back().public_id) : std::string_view());
}

ApiResponse decide_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto status = read.choice("status", kDecisions, true);
  ConversionChange change;
  change.public_id = admitted.parameters[0];
  change.rejection_reason = read.choice("rejection_reason", kRejectionReasons);
  change.rejection_note = read.text("rejection_note", {.characters_max = kNoteCharactersMax, .is_free = true});
  const bool is_rejecting = status == "rejected";
  change.verb = is_rejecting ? ConversionVerb::reject : ConversionVerb::approve;
  if (is_rejecting && !change.rejection_reason && read.problems().empty()) {
    read.add_problem("rejection_reason", "Required when the status is rejected");
  } else if (status == "approved" && (change.rejection_reason || change.rejection_note)) {
    read.add_problem(change.rejection_reason ? "rejection_reason" : "rejection_note",
                     "Not allowed when the status is approved");
  }
  if (!read.problems().empty()) return invalid_body(read, admitted.input);

  auto row = read_conversion(context.database, caller, change.public_id);
  if (!row) return failure_response(kAffily, row.error(), request);
  if (!*row) return not_found_or_forbidden(admitted, context);
  if (three_state_name((*row)->status) == *status) return json_response(conversion_item(**row));  // AY-10
  auto changed = change_conversion(context.database, caller, change);
  if (changed) return json_response(conversion_item(*changed));
  if (changed.error().code == "disputed") {  // AY-8
    return error_response(kAffily, 409, "The conversion is disputed, and the operator decides", "conversion_disputed");
  }
  if (changed.error().kind != ErrorKind::conflict) return failure_response(kAffily, changed.error(), request);
  return field_response(
      422, "status", "A conversion that is " + std::string(status_name((*row)->status)) + " cannot become " + *status);
}

}  // namespace footfall::core::affily
