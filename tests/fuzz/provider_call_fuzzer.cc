// What payment providers send: the header of a signature, and bodies. Whatever comes, a notice that is read names itself
// and a deposit or a dispute, and a sale what was sold; money is of a currency that there is.
#include "core/domain/money.h"
#include "core/payments/call_signature.h"
#include "core/payments/stripe.h"
#include "core/payments/stripe_sales.h"
#include "core/payments/sunrise_pay.h"

namespace {

using namespace footfall::core;

void check(const footfall::Result<std::optional<PaymentNotice>>& read) {
  if (!read || !*read) return;
  const PaymentNotice& notice = **read;
  FOOTFALL_CHECK(!notice.id.empty() && (!notice.deposit.empty() || !notice.dispute.empty()));
  const bool has_money = notice.event == PaymentEvent::paid || notice.event == PaymentEvent::refunded;
  FOOTFALL_CHECK(!has_money || currency_exponent(notice.currency).has_value());
}

void check_sale(const footfall::Result<std::optional<StripeSale>>& read) {
  if (!read || !*read) return;
  const StripeSale& sale = **read;
  FOOTFALL_CHECK(!sale.event.empty() && !sale.object.empty() && !sale.names.empty());
  FOOTFALL_CHECK(sale.amount_minor >= 0 && sale.amount_minor <= kSaleMinorMax);
  const bool has_money = sale.kind != StripeSaleKind::linked;
  FOOTFALL_CHECK(!has_money || currency_exponent(sale.currency).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  FOOTFALL_CHECK(!check_call_signature(text, "whsec_secret", "{}", 1'764'000'000));  // nobody guesses it
  for (const bool is_live : {false, true}) {
    check(read_stripe_event(text, is_live));
    check_sale(read_stripe_sale(text, is_live));
  }
  check(read_sunrise_pay_call(text));
  return 0;
}
