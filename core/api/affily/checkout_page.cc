// Everything that is not ours is escaped where it is put in: the account's name, the operator's text and URLs.
#include "core/api/affily/checkout_page.h"

#include "core/actions/deposit_page.h"
#include "core/domain/money.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core::affily {
namespace {

constexpr std::string_view kHead = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>)html";
constexpr std::string_view kStyle = R"html(</title><style>
:root{--back:#f4f5f8;--card:#fff;--ink:#1b2130;--soft:#5a6376;--line:#dde1ea;--accent:#3552d1;--on-accent:#fff;
--good:#10653a;--good-back:#dcf5e5;--wait:#7a4b00;--wait-back:#fdf0d5}
@media(prefers-color-scheme:dark){:root{--back:#11141b;--card:#1a1f2a;--ink:#e9ecf3;--soft:#a2abbd;--line:#303747;
--accent:#93a7ff;--on-accent:#10131a;--good:#86e0ad;--good-back:#12351f;--wait:#f5cb7c;--wait-back:#3b2a0a}}
*{box-sizing:border-box}
body{margin:0;padding:min(12vh,5rem) 1rem 3rem;background:var(--back);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:29rem;margin:0 auto;background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:2rem}
h1{font-size:1rem;font-weight:600;color:var(--soft);margin:0}
.amount{font-size:2.4rem;font-weight:700;line-height:1.2;letter-spacing:-.01em;margin:.1rem 0 1.25rem}
dl{margin:0 0 1.5rem;border-top:1px solid var(--line)}
dl div{display:flex;gap:1.5rem;justify-content:space-between;padding:.55rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft);white-space:nowrap}dd{margin:0;text-align:right;overflow-wrap:anywhere}
p{margin:0 0 1rem}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--back);border-radius:.6rem;
padding:1rem;margin:0 0 1rem}
button,.button{display:block;width:100%;min-height:3rem;font:inherit;font-weight:600;text-align:center;
text-decoration:none;border:1px solid var(--line);border-radius:.6rem;padding:.7rem 1rem;margin:0 0 .75rem;
background:none;color:var(--ink);cursor:pointer}
.pay{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button:hover,.button:hover{filter:brightness(1.08)}
a{color:var(--accent)}.button.pay{color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.state{border-radius:.6rem;padding:.7rem 1rem;background:var(--wait-back);color:var(--wait)}
.state.good{background:var(--good-back);color:var(--good);font-weight:600}
.note{color:var(--soft);font-size:.875rem}.links{display:flex;justify-content:space-between;gap:1rem;margin:1rem 0 0}
@media(max-width:30rem){body{padding:1rem .75rem}main{padding:1.5rem 1.25rem}}
</style></head><body><main>
)html";
constexpr std::string_view kFoot = "</main></body></html>\n";

std::string_view title_of(const DepositRow& deposit, CheckoutState state, PaymentWay way) {
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
  if (way == PaymentWay::awaited) return "Waiting for the payment";
  return is_invoiced(deposit) ? "Proforma invoice" : "Pay a deposit";
}

void add_row(std::string& html, std::string_view name, std::string_view value) {
  html.append("<div><dt>").append(name).append("</dt><dd>").append(escape_html(value)).append("</dd></div>\n");
}

std::string_view provider_name(const DepositRow& deposit) {
  return deposit.method == "stripe" ? "Stripe" : "Sunrise Pay";
}

std::string_view what_became(CheckoutState state) {
  switch (state) {
    case CheckoutState::paid:
      return "<p class=\"state good\">The money has come and is free to spend.</p>\n";
    case CheckoutState::refunded:
      return "<p class=\"state\">The deposit was paid back.</p>\n";
    case CheckoutState::expired:
      return "<p class=\"state\">This deposit can no longer be paid here. Please make a new one.</p>\n";
    case CheckoutState::open:
      break;
  }
  return {};
}

std::string how_to_pay(const DepositRow& deposit, const DepositSettings& settings, PaymentWay way) {
  std::string html;
  switch (way) {
    case PaymentWay::sandbox:
      html.append("<form method=\"post\"><button class=\"pay\" name=\"action\" value=\"pay\">Pay ");
      html.append(amount_text(deposit)).append("</button>\n<button name=\"action\" value=\"cancel\">Cancel</button>");
      return html.append(
          "</form>\n<p class=\"note\">This is a sandbox: no money moves outside of this installation.</p>\n");
    case PaymentWay::provider:
      html += "<p><a class=\"button pay\" rel=\"noreferrer\" href=\"" + escape_html(deposit.payment_url.value_or(""));
      return html.append("\">Pay with ").append(provider_name(deposit)).append("</a></p>\n");
    case PaymentWay::awaited:
      html.append("<p class=\"state\">").append(provider_name(deposit));
      html += " has not confirmed the payment yet. Most payments are confirmed within seconds, bank transfers within ";
      return html.append("days. This page looks again by itself.</p>\n");
    case PaymentWay::transfer:
      break;
  }
  html += "<p>Please transfer the amount with the deposit's number as its title:</p>\n<pre>";
  html.append(escape_html(transfer_text(settings))).append("</pre>\n");
  html += "<p class=\"note\">The deposit can be spent once the operator has seen the money. ";
  return html.append("A proforma is no tax invoice.</p>\n");
}

}  // namespace

CheckoutState checkout_state(const DepositRow& deposit, std::int64_t now_us) {
  if (deposit.status == "paid") return CheckoutState::paid;
  if (deposit.status == "refunded") return CheckoutState::refunded;
  return deposit.expires_us <= now_us ? CheckoutState::expired : CheckoutState::open;
}

bool is_invoiced(const DepositRow& deposit) { return deposit.method == "transfer" || deposit.method == "proforma"; }

std::string amount_text(const DepositRow& deposit) {
  return format_amount(deposit.amount_minor, deposit.currency) + " " + deposit.currency;
}

std::string date_text(std::int64_t us) { return iso8601_ms(us).substr(0, 10); }

std::string_view transfer_text(const DepositSettings& settings) {
  return settings.transfer_details.empty() ? "Ask the operator for the account to pay into."
                                           : std::string_view(settings.transfer_details);
}

std::string checkout_page(const DepositRow& deposit, CheckoutState state, const DepositSettings& settings,
                          PaymentWay way) {
  const std::string_view title = title_of(deposit, state, way);
  std::string html(kHead);
  html.append(title).append(kStyle).append("<h1>").append(title).append("</h1>\n<p class=\"amount\">");
  html.append(amount_text(deposit)).append("</p>\n<dl>\n");
  add_row(html, is_invoiced(deposit) ? "Number" : "Deposit", deposit.public_id);
  add_row(html, "Advertiser", deposit.account_name);
  add_row(html, "Date", date_text(deposit.created_us));
  if (state == CheckoutState::open) add_row(html, "Pay by", date_text(deposit.expires_us));
  html += "</dl>\n";
  html += state == CheckoutState::open ? how_to_pay(deposit, settings, way) : std::string(what_became(state));
  const std::string back = return_url_of(deposit, state == CheckoutState::paid ? "paid" : deposit.status);
  html += "<p class=\"links\">";
  if (!back.empty()) html.append("<a rel=\"noreferrer\" href=\"").append(escape_html(back)).append("\">Back</a>");
  if (is_invoiced(deposit)) html += "<a href=\"proforma.pdf\">Proforma invoice (PDF)</a>";
  return html.append("</p>\n").append(kFoot);
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

}  // namespace footfall::core::affily
