#include "core/actions/reading/deposits.h"
#include "core/api/affily/checkout_page.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "core/documents/proforma_pdf.h"

namespace footfall::core::affily {
namespace {

std::string status_of(const DepositRow& deposit, std::int64_t now_us) {
  switch (checkout_state(deposit, now_us)) {
    case CheckoutState::paid:
      return "Paid on " + date_text(*deposit.paid_us);
    case CheckoutState::refunded:
      return "Refunded";
    case CheckoutState::expired:
      return "Expired";
    case CheckoutState::open:
      break;
  }
  return {};
}

}  // namespace

ApiResponse show_proforma(AdmittedRequest& admitted, WorkerContext& context) {
  auto deposit = read_deposit(context.database, upkeep_caller("a proforma invoice"), admitted.parameters[0]);
  if (deposit && !is_invoiced(*deposit)) return error_response(kAffily, 404, "The deposit has no invoice");
  if (!deposit && deposit.error().kind == ErrorKind::not_found) {
    return error_response(kAffily, 404, "Deposit not found");
  }
  if (!deposit) return failure_response(kAffily, deposit.error(), admitted.request);
  auto file = proforma_pdf({deposit->public_id, date_text(deposit->created_us), date_text(deposit->expires_us),
                            context.deposits.issuer, deposit->account_name, "Deposit for affiliate commissions",
                            amount_text(*deposit), std::string(transfer_text(context.deposits)),
                            status_of(*deposit, context.clock.wall_us())});
  if (!file) return failure_response(kAffily, file.error(), admitted.request);
  ApiResponse response;
  response.content_type = "application/pdf";
  response.body = std::move(*file);
  add_field(response, "Content-Disposition", "inline; filename=\"proforma-" + deposit->public_id + ".pdf\"");
  return response;
}

}  // namespace footfall::core::affily
