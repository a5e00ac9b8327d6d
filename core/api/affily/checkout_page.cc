// Everything that is not ours is escaped where it is put in: the account's name, the operator's text and URLs.
#include "core/api/affily/checkout_page.h"

#include "core/domain/money.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core::affily {
namespace {

constexpr std::string_view kHead = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>Deposit</title><style>
body{font:16px/1.5 system-ui,sans-serif;color:#1c2330;background:#f4f5f7;margin:0;padding:3rem 1rem}
main{max-width:32rem;margin:0 auto;background:#fff;border:1px solid #dde1e7;
border-radius:8px;padding:2rem}
h1{font-size:1.3rem;margin:0 0 1rem}.amount{font-size:2rem;font-weight:600;margin:0 0 1rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1.2rem;margin:0 0 1.5rem}dt{color:#5b6474}
dd{margin:0;overflow-wrap:anywhere}
pre{font:inherit;white-space:pre-wrap;background:#f4f5f7;border-radius:6px;padding:1rem}
button{font:inherit;border:0;border-radius:6px;padding:.7rem 1.4rem;cursor:pointer;background:#e6e9ee;color:#1c2330}
.pay,button.pay{background:#1b5bd6;color:#fff}
a.pay{display:inline-block;border-radius:6px;padding:.7rem 1.4rem;text-decoration:none}
.note{color:#5b6474;font-size:.9rem}
</style></head><body><main>
)html";
constexpr std::string_view kFoot = "</main></body></html>\n";

bool is_invoiced(const DepositRow& deposit) { return deposit.method == "transfer" || deposit.method == "proforma"; }

std::string_view title_of(const DepositRow& deposit, CheckoutState state) {
  switch (state) {
    case CheckoutState::paid:
      return "Paid";
    case CheckoutState::refunded:
      return "Refunded";
    case CheckoutState::expired:
      return "Expired";
    case CheckoutState::open:
      break;
  }
  return is_invoiced(deposit) ? "Proforma invoice" : "Pay a deposit";
}

std::string date_text(std::int64_t us) { return iso8601_ms(us).substr(0, 10); }

void add_row(std::string& html, std::string_view name, std::string_view value) {
  html.append("<dt>").append(name).append("</dt><dd>").append(escape_html(value)).append("</dd>\n");
}

std::string_view what_became(CheckoutState state) {
  switch (state) {
    case CheckoutState::paid:
      return "The money has come and is free to spend.";
    case CheckoutState::refunded:
      return "The deposit was paid back.";
    case CheckoutState::expired:
      return "This deposit can no longer be paid here. Please make a new one.";
    case CheckoutState::open:
      break;
  }
  return {};
}

std::string how_to_pay(const DepositRow& deposit, const DepositSettings& settings, PaymentWay way) {
  const std::string_view provider = deposit.method == "stripe" ? "Stripe" : "Sunrise Pay";
  std::string html;
  switch (way) {
    case PaymentWay::sandbox:
      return "<form method=\"post\"><button class=\"pay\" name=\"action\" value=\"pay\">Pay</button> "
             "<button name=\"action\" value=\"cancel\">Cancel</button></form>\n"
             "<p class=\"note\">This is a sandbox: no money moves outside of this installation.</p>\n";
    case PaymentWay::provider:
      html += "<p><a class=\"pay\" rel=\"noreferrer\" href=\"" + escape_html(deposit.payment_url.value_or(""));
      html.append("\">Pay with ").append(provider).append("</a></p>\n");
      return html;
    case PaymentWay::awaited:
      html.append("<p>").append(provider);
      html += " has not confirmed the payment yet. Most payments are confirmed within seconds, bank transfers within ";
      return html.append("days. This page looks again by itself.</p>\n");
    case PaymentWay::transfer:
      break;
  }
  html += "<p>Please transfer the amount with the deposit's number as its title:</p>\n<pre>";
  html += escape_html(settings.transfer_details.empty() ? "Ask the operator for the account to pay into."
                                                    : settings.transfer_details);
  html += "</pre>\n<p class=\"note\">The deposit can be spent once the operator has seen the money. ";
  return html.append("A proforma is no tax invoice.</p>\n");
}

}  // namespace

CheckoutState checkout_state(const DepositRow& deposit, std::int64_t now_us) {
  if (deposit.status == "paid") return CheckoutState::paid;
  if (deposit.status == "refunded") return CheckoutState::refunded;
  return deposit.expires_us <= now_us ? CheckoutState::expired : CheckoutState::open;
}

std::string checkout_page(const DepositRow& deposit, CheckoutState state, const DepositSettings& settings,
                          PaymentWay way) {
  std::string html(kHead);
  html.append("<h1>").append(title_of(deposit, state)).append("</h1>\n<p class=\"amount\">");
  html.append(format_amount(deposit.amount_minor, deposit.currency));
  html.append(" ").append(deposit.currency).append("</p>\n<dl>\n");
  add_row(html, is_invoiced(deposit) ? "Number" : "Deposit", deposit.public_id);
  add_row(html, "Advertiser", deposit.account_name);
  add_row(html, "Date", date_text(deposit.created_us));
  if (state == CheckoutState::open) add_row(html, "Pay by", date_text(deposit.expires_us));
  html += "</dl>\n";
  html += state == CheckoutState::open ? how_to_pay(deposit, settings, way)
                                       : "<p>" + std::string(what_became(state)) + "</p>\n";
  const std::string back = return_url_of(deposit, state == CheckoutState::paid ? "paid" : deposit.status);
  if (!back.empty())
    html.append("<p><a rel=\"noreferrer\" href=\"").append(escape_html(back)).append("\">Back</a></p>\n");
  return html.append(kFoot);
}

std::string checkout_fields(const DepositRow& deposit) {
  std::string origin;
  if (deposit.return_url) {
    const std::size_t host = deposit.return_url->find("://") + 3;
    origin = " " + deposit.return_url->substr(0, deposit.return_url->find_first_of("/?#", host));
  }
  return "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors "
         "'none'; form-action 'self'" +
         origin + "\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
}

std::string return_url_of(const DepositRow& deposit, std::string_view status) {
  if (!deposit.return_url) return {};
  const std::string_view url = *deposit.return_url;
  const std::size_t fragment = std::min(url.find('#'), url.size());
  std::string with(url.substr(0, fragment));
  with.append(with.find('?') == std::string::npos ? "?" : "&");
  with.append("deposit_id=").append(deposit.public_id).append("&status=").append(status);
  return with.append(url.substr(fragment));
}

}  // namespace footfall::core::affily
