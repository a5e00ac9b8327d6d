// The dashboard's view of conversions and of the commissions that they earn: one of them is one row, so that both have
// the conversion's id and take the same steps (core/domain/conversion_life.h).
#include <boost/json.hpp>

#include "core/actions/change_conversion.h"
#include "core/actions/reading/conversions.h"
#include "core/api/json_output.h"
#include "core/api/range_bound.h"
#include "core/api/selgeo/commission_view.h"
#include "core/api/selgeo/conversion_view.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kStatuses[] = {"pending", "approved", "paid", "rejected", "reversed"};
constexpr std::size_t kReasonCharactersMax = 100;
constexpr std::size_t kNoteCharactersMax = 1'000;

// What the merchant sees beside what the program that reported it sees.
json::object dashboard_view(const ConversionRow& row) {
  json::object view = conversion_view(row);
  view["review"] = row.is_held();
  view["reversed_cents"] = row.reversed_minor;
  view["decided_at"] = nullable_time(row.decided_us);
  view["paid_at"] = nullable_time(row.paid_us);
  view["rejection_reason"] = nullable_text(row.rejection_reason);
  view["rejection_note"] = nullable_text(row.rejection_note);
  return view;
}

// What the paths name: a conversion, or the commission that it earned.
struct Kind {
  std::string_view noun;
  json::object (*view)(const ConversionRow&);
  bool needs_commission;
};
constexpr Kind kConversion{"Conversion", dashboard_view, false};
constexpr Kind kCommission{"Commission", commission_view, true};

// By the rule of the lists (ConversionFilter::with_commission).
bool is_one(const Kind& kind, const ConversionRow& row) {
  return !kind.needs_commission || (row.commission_currency && row.commission_minor > 0);
}

ApiResponse absent_response(const Kind& kind) {
  return error_response(kSelgeo, 404, std::string(kind.noun) + " not found");
}

// `from` and `to`: moments, or days of the account's time zone; the end is inside.
Result<void> read_range(FieldReader& read, AdmittedRequest& admitted, WorkerContext& context,
                        ConversionFilter& filter) {
  struct Bound {
    const char* name;
    RangeEnd end;
    std::optional<std::int64_t>& bound;
  };
  for (const Bound& one : {Bound{"from", RangeEnd::first, filter.from_us}, Bound{"to", RangeEnd::last, filter.to_us}}) {
    const auto time = read.time(one.name);
    if (!time) continue;
    const auto text = read.text(one.name);
    auto bound = range_bound(context.database, admitted.caller(), text.value_or(""), *time, one.end);
    if (!bound) return Failure(bound.error());
    one.bound = *bound;
  }
  return {};
}

ApiResponse list(AdmittedRequest& admitted, WorkerContext& context, const Kind& kind) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of{"", read.text("program_id").value_or(""), read.text("partner_id").value_or("")};
  ConversionFilter filter;
  filter.with_commission = kind.needs_commission;
  filter.status = read.choice("status", kStatuses);
  filter.held_only = read.boolean("review").value_or(false);
  auto ranged = read_range(read, admitted, context, filter);
  if (!ranged) return failure_response(kSelgeo, ranged.error(), admitted.request);
  if (!read.problems().empty()) return validation_response(read.problems());
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  auto rows = read_conversions(context.database, admitted.caller(), filter, of);
  if (!rows) return refusal_response(rows.error(), "Program or partner", admitted.request);
  auto total = count_conversions(context.database, admitted.caller(), filter, of);
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const ConversionRow& row : *rows) data.push_back(kind.view(row));
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse show(AdmittedRequest& admitted, WorkerContext& context, const Kind& kind) {
  auto row = read_conversion(context.database, admitted.caller(), admitted.parameters[0]);
  if (!row) return failure_response(kSelgeo, row.error(), admitted.request);
  if (!*row || !is_one(kind, **row)) return absent_response(kind);
  return json_response(kind.view(**row));
}

// `reason`: for the audit trail.
ApiResponse take(AdmittedRequest& admitted, WorkerContext& context, ConversionChange change, const Kind& kind,
                 std::string reason = {}) {
  change.public_id = admitted.parameters[0];
  Caller caller = admitted.caller();
  caller.reason = std::move(reason);
  if (kind.needs_commission) {
    auto before = read_conversion(context.database, caller, change.public_id);
    if (!before) return failure_response(kSelgeo, before.error(), admitted.request);
    if (!*before || !is_one(kind, **before)) return absent_response(kind);
  }
  auto row = change_conversion(context.database, caller, change);
  return row ? json_response(kind.view(*row)) : refusal_response(row.error(), kind.noun, admitted.request);
}

ApiResponse reject(AdmittedRequest& admitted, WorkerContext& context, const Kind& kind) {
  FieldReader read(admitted.input, FieldStyle::terse);
  ConversionChange change;
  change.verb = ConversionVerb::reject;
  change.rejection_reason =
      read.text("reason", {.required = true, .characters_max = kReasonCharactersMax, .is_free = true});
  change.rejection_note = read.text("note", {.characters_max = kNoteCharactersMax, .is_free = true});
  if (!read.problems().empty()) return validation_response(read.problems());
  return take(admitted, context, std::move(change), kind);
}

ApiResponse reverse(AdmittedRequest& admitted, WorkerContext& context, const Kind& kind) {
  FieldReader read(admitted.input, FieldStyle::terse);
  ConversionChange change;
  change.verb = ConversionVerb::reverse;
  change.part_minor = read.integer("commission_cents", {.min = 1});
  auto reason = read.text("reason", {.characters_max = kNoteCharactersMax, .is_free = true});
  if (!read.problems().empty()) return validation_response(read.problems());
  return take(admitted, context, std::move(change), kind, std::move(reason).value_or(""));
}

ConversionChange step_of(ConversionVerb verb) {
  ConversionChange change;
  change.verb = verb;
  return change;
}

}  // namespace

ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context) {
  return list(admitted, context, kConversion);
}
ApiResponse show_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return show(admitted, context, kConversion);
}
ApiResponse approve_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return take(admitted, context, step_of(ConversionVerb::approve), kConversion);
}
ApiResponse restore_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return take(admitted, context, step_of(ConversionVerb::restore), kConversion);
}
ApiResponse reject_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return reject(admitted, context, kConversion);
}
ApiResponse reverse_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return reverse(admitted, context, kConversion);
}

ApiResponse list_commissions(AdmittedRequest& admitted, WorkerContext& context) {
  return list(admitted, context, kCommission);
}
ApiResponse show_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return show(admitted, context, kCommission);
}
ApiResponse approve_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return take(admitted, context, step_of(ConversionVerb::approve), kCommission);
}
ApiResponse reject_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return reject(admitted, context, kCommission);
}
ApiResponse reverse_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return reverse(admitted, context, kCommission);
}

}  // namespace footfall::core::selgeo
