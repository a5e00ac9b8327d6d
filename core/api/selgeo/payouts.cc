// Payouts: what is payable to each partner, what was paid, and both as CSV for who makes the transfers. Amounts of two
// currencies are never added: a partner has a row for each.
#include "core/actions/payouts.h"

#include <boost/json.hpp>

#include "core/actions/reading/payouts.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/commission_view.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "core/domain/csv.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kNoun = "Payout";
constexpr std::size_t kReferenceCharactersMax = 200;
constexpr int kExportRowsMax = 10'000;

// Nothing is payable as long as the partner owes more.
std::int64_t payable_minor(const PayableRow& row) {
  return std::max<std::int64_t>(row.approved_minor - std::max<std::int64_t>(row.owed_back_minor, 0), 0);
}

json::object payable_view(const PayableRow& row) {
  return {{"partner_id", row.affiliate_public_id},
          {"email", row.affiliate_email},
          {"name", row.affiliate_name},
          {"currency", row.currency},
          {"commissions", row.conversions},
          {"approved_cents", row.approved_minor},
          {"owed_back_cents", row.owed_back_minor},
          {"payable_cents", payable_minor(row)}};
}

json::object payout_view(const PayoutRow& row) {
  return {{"id", row.public_id},
          {"partner_id", row.affiliate_public_id},
          {"mode", mode_name(row.mode)},
          {"currency", row.currency},
          {"commissions", row.conversions},
          {"commissions_cents", row.commissions_minor},
          {"deducted_cents", row.deducted_minor},
          {"amount_cents", row.amount_minor()},
          {"reference", nullable_text(row.reference)},
          {"paid_at", iso8601_ms(row.created_us)}};
}

std::string csv_line(std::initializer_list<std::string_view> cells) {
  std::string line;
  for (const std::string_view cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
  return line + "\r\n";
}

ApiResponse csv_response(std::string body, std::string_view file) {
  ApiResponse response;
  response.body = std::move(body);
  response.content_type = "text/csv; charset=utf-8";
  add_field(response, "Content-Disposition", "attachment; filename=\"" + std::string(file) + ".csv\"");
  return response;
}

}  // namespace

ApiResponse list_payable(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of{"", "", read.text("partner_id").value_or("")};
  PayableFilter filter;
  filter.currency = read.currency("currency");
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto found = read_payables(context.database, admitted.caller(), filter, of);
  if (!found) return refusal_response(found.error(), "Partner", admitted.request);
  json::array data;
  for (const PayableRow& row : found->rows) data.push_back(payable_view(row));
  return json_response(numbered_list(std::move(data), page, found->total));
}

ApiResponse export_payable(AdmittedRequest& admitted, WorkerContext& context) {
  PayableFilter filter;
  filter.limit = kExportRowsMax;
  auto found = read_payables(context.database, admitted.caller(), filter);
  if (!found) return failure_response(kSelgeo, found.error(), admitted.request);
  if (found->total > kExportRowsMax) {
    return error_response(kSelgeo, 422, "More than 10000 rows: read them page by page from /api/v1/payouts/payable",
                          "EXPORT_TOO_LARGE");
  }
  std::string body = csv_line({"partner_id", "email", "name", "currency", "commissions", "payable"});
  for (const PayableRow& row : found->rows) {
    body += csv_line({row.affiliate_public_id, row.affiliate_email, row.affiliate_name, row.currency,
                      std::to_string(row.conversions), format_amount(payable_minor(row), row.currency)});
  }
  return csv_response(std::move(body), "payable");
}

ApiResponse list_all_payouts(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of{"", "", read.text("partner_id").value_or("")};
  PayoutFilter filter;
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto found = read_payouts(context.database, admitted.caller(), filter, of);
  if (!found) return refusal_response(found.error(), "Partner", admitted.request);
  json::array data;
  for (const PayoutRow& row : found->rows) data.push_back(payout_view(row));
  return json_response(numbered_list(std::move(data), page, found->total));
}

ApiResponse new_payout(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  NewPayout payout;
  payout.affiliate = read.text("partner_id", {.required = true}).value_or("");
  payout.currency = read.currency("currency", true).value_or("");
  payout.reference = read.text("reference", {.characters_max = kReferenceCharactersMax, .is_free = true}).value_or("");
  payout.idempotency_key = admitted.request.idempotency_key;
  if (!payout.idempotency_key.empty() && !is_idempotency_key(payout.idempotency_key)) {
    read.add_problem("Idempotency-Key", "Must be 1 to 255 visible ASCII characters");
  }
  if (!read.problems().empty()) return validation_response(read.problems());
  auto made = create_payout(context.database, admitted.caller(), payout);
  if (!made) return refusal_response(made.error(), "Partner", admitted.request);
  return json_response(payout_view(*made), 201);
}

ApiResponse show_payout(AdmittedRequest& admitted, WorkerContext& context) {
  auto details = read_payout(context.database, admitted.caller(), admitted.parameters[0]);
  if (!details) return refusal_response(details.error(), kNoun, admitted.request);
  json::object view = payout_view(details->payout);
  json::array commissions;
  for (const ConversionRow& row : details->conversions) commissions.push_back(commission_view(row));
  view["commission_list"] = std::move(commissions);
  return json_response(view);
}

ApiResponse export_payout(AdmittedRequest& admitted, WorkerContext& context) {
  auto details = read_payout(context.database, admitted.caller(), admitted.parameters[0]);
  if (!details) return refusal_response(details.error(), kNoun, admitted.request);
  std::string body = csv_line(
      {"conversion_id", "program_id", "external_transaction_id", "created_at", "currency", "commission", "reversed"});
  for (const ConversionRow& row : details->conversions) {
    const std::string& currency = details->payout.currency;
    body += csv_line({row.public_id, row.campaign_public_id, row.external_id.value_or(""), iso8601_ms(row.created_us),
                      currency, format_amount(row.commission_minor, currency),
                      format_amount(row.reversed_minor, currency)});
  }
  return csv_response(std::move(body), details->payout.public_id);
}

}  // namespace footfall::core::selgeo
