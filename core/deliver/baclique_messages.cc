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

// A payout is told conversion by conversion, as it is paid; its id is the conversion's with another prefix.
std::string payout_data(const ConversionRow& row) {
  const auto underscore = row.public_id.find('_');
  return JsonText()
      .text("id", "po" + row.public_id.substr(underscore == std::string::npos ? 0 : underscore))
      .text_unless_empty("campaign_id", row.campaign_public_id)
      .text_unless_empty("affiliate_id", row.affiliate_public_id)
      .text("conversion_id", row.public_id)
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
  if (subject.conversion && name == "payout.created") return payout_data(*subject.conversion);
  if (subject.conversion) return conversion_data(*subject.conversion);
  if (subject.affiliate && subject.enrolment) return affiliate_data(*subject.affiliate, *subject.enrolment);
  return std::nullopt;
}

}  // namespace footfall::core
