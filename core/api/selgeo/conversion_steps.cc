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
constexpr std::string_view kNoun = "Conversion";
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

using View = json::object (*)(const ConversionRow&);

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

ApiResponse list(AdmittedRequest& admitted, WorkerContext& context, ConversionFilter filter, View view) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of{"", read.text("program_id").value_or(""), read.text("partner_id").value_or("")};
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
  for (const ConversionRow& row : *rows) data.push_back(view(row));
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse show(AdmittedRequest& admitted, WorkerContext& context, View view) {
  auto row = read_conversion(context.database, admitted.caller(), admitted.parameters[0]);
  if (!row) return failure_response(kSelgeo, row.error(), admitted.request);
  if (!*row) return error_response(kSelgeo, 404, "Conversion not found");
  return json_response(view(**row));
}

ApiResponse take(AdmittedRequest& admitted, WorkerContext& context, ConversionChange change, View view) {
  change.public_id = admitted.parameters[0];
  auto row = change_conversion(context.database, admitted.caller(), change);
  return row ? json_response(view(*row)) : refusal_response(row.error(), kNoun, admitted.request);
}

ApiResponse reject(AdmittedRequest& admitted, WorkerContext& context, View view) {
  FieldReader read(admitted.input, FieldStyle::terse);
  ConversionChange change;
  change.verb = ConversionVerb::reject;
  change.rejection_reason =
      read.text("reason", {.required = true, .characters_max = kReasonCharactersMax, .is_free = true});
  change.rejection_note = read.text("note", {.characters_max = kNoteCharactersMax, .is_free = true});
  if (!read.problems().empty()) return validation_response(read.problems());
  return take(admitted, context, std::move(change), view);
}

ApiResponse reverse(AdmittedRequest& admitted, WorkerContext& context, View view) {
  FieldReader read(admitted.input, FieldStyle::terse);
  ConversionChange change;
  change.verb = ConversionVerb::reverse;
  change.part_minor = read.integer("commission_cents", {.min = 1});
  if (!read.problems().empty()) return validation_response(read.problems());
  return take(admitted, context, std::move(change), view);
}

ConversionChange step_of(ConversionVerb verb) {
  ConversionChange change;
  change.verb = verb;
  return change;
}

ConversionFilter with_commission() {
  ConversionFilter filter;
  filter.with_commission = true;
  return filter;
}

}  // namespace

ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context) {
  return list(admitted, context, {}, dashboard_view);
}
ApiResponse show_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return show(admitted, context, dashboard_view);
}
ApiResponse approve_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return take(admitted, context, step_of(ConversionVerb::approve), dashboard_view);
}
ApiResponse restore_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return take(admitted, context, step_of(ConversionVerb::restore), dashboard_view);
}
ApiResponse reject_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return reject(admitted, context, dashboard_view);
}
ApiResponse reverse_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  return reverse(admitted, context, dashboard_view);
}

ApiResponse list_commissions(AdmittedRequest& admitted, WorkerContext& context) {
  return list(admitted, context, with_commission(), commission_view);
}
ApiResponse show_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return show(admitted, context, commission_view);
}
ApiResponse approve_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return take(admitted, context, step_of(ConversionVerb::approve), commission_view);
}
ApiResponse reject_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return reject(admitted, context, commission_view);
}
ApiResponse reverse_commission(AdmittedRequest& admitted, WorkerContext& context) {
  return reverse(admitted, context, commission_view);
}

}  // namespace footfall::core::selgeo
