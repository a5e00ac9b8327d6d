#include "core/deliver/messages.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"
#include "proto/base/json_text.h"

namespace footfall::core {
namespace {

std::string conversion_data(const ConversionRow& row) {
  return JsonText()
      .text("id", row.public_id)
      .text_unless_empty("campaign_id", row.campaign_public_id)
      .text_unless_empty("affiliate_id", row.affiliate_public_id)
      .raw("amount", format_amount(row.amount_minor.value_or(0), row.currency.value_or("")))
      .text_or_null("currency", row.currency)
      .raw("commission", format_amount(row.commission_minor - row.reversed_minor, row.commission_currency.value_or("")))
      .text_or_null("external_id", row.external_id)
      .text("status", three_state_name(row.status))
      .object();
}

std::string quoted_list(const std::vector<std::string>& ids) {
  std::string list;
  for (const std::string& id : ids) list.append(list.empty() ? "[\"" : ",\"").append(id).append("\"");
  return list.empty() ? "[]" : list + "]";
}

std::string payout_data(const PayoutRow& row, const std::vector<std::string>& paid) {
  return JsonText()
      .text("id", row.public_id)
      .text("affiliate_id", row.affiliate_public_id)
      .raw("conversion_ids", quoted_list(paid))
      .raw("amount", format_amount(row.amount_minor(), row.currency))
      .text("currency", row.currency)
      .object();
}

// What was paid by itself is a payout of its own, whose id is the conversion's with another prefix.
std::optional<std::string> payout_data(const ConversionRow& row) {
  if (!row.payout_public_id.empty()) return std::nullopt;  // the payout tells of it
  const auto underscore = row.public_id.find('_');
  return JsonText()
      .text("id", "po" + row.public_id.substr(underscore == std::string::npos ? 0 : underscore))
      .text_unless_empty("affiliate_id", row.affiliate_public_id)
      .raw("conversion_ids", quoted_list({row.public_id}))
      .raw("amount", format_amount(row.commission_minor - row.reversed_minor, row.commission_currency.value_or("")))
      .text_or_null("currency", row.commission_currency)
      .object();
}

std::string affiliate_data(const AffiliateRow& row, const EnrolmentRow& enrolment) {
  return JsonText()
      .text("id", row.public_id)
      .text("campaign_id", enrolment.campaign_public_id)
      .text("email", row.email)
      .text("name", row.name)
      .text("status", enrolment.status)
      .text("affiliate_code", enrolment.code)
      .text("joined_at", iso8601_ms(enrolment.joined_us))
      .object();
}

}  // namespace

std::optional<std::string> baclique_message(std::string_view name, const EventSubject& subject) {
  if (subject.payout) return payout_data(*subject.payout, subject.paid);
  if (subject.conversion && name == "payout.created") return payout_data(*subject.conversion);
  if (subject.conversion) return conversion_data(*subject.conversion);
  if (subject.affiliate && subject.enrolment) return affiliate_data(*subject.affiliate, *subject.enrolment);
  return std::nullopt;
}

}  // namespace footfall::core
