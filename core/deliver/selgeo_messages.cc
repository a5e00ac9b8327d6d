#include "core/deliver/messages.h"
#include "proto/base/clock.h"
#include "proto/base/json_text.h"

namespace footfall::core {
namespace {

bool has_commission(const ConversionRow& row) {
  return row.attributed && row.commission_currency.has_value() && row.commission_minor > 0;
}

// What was told of a rejection is no longer so after a later step.
std::optional<std::string> rejection_reason(const ConversionRow& row) {
  return row.status == ConversionStatus::rejected ? row.rejection_reason : std::nullopt;
}

std::string commission_part(const ConversionRow& row) {
  return JsonText()
      .integer("amount_cents", row.commission_minor)
      .integer("reversed_cents", row.reversed_minor)
      .text_or_null("currency", row.commission_currency)
      .text("status", status_name(row.status))
      .object();
}

std::string conversion_data(const ConversionRow& row) {
  return JsonText()
      .text("id", row.public_id)
      .text("status", status_name(row.status))
      .flag("review", row.is_held())
      .text_or_null("rejection_reason", rejection_reason(row))
      .flag("attributed", row.attributed)
      .text_unless_empty("partner_id", row.affiliate_public_id)
      .text_unless_empty("program_id", row.campaign_public_id)
      .text_or_null("click_id", row.click_id)
      .text_or_null("promo_code", row.promo_code)
      .text_or_null("external_transaction_id", row.external_id)
      .text("event_type", row.goal)
      .integer("amount_cents", row.amount_minor.value_or(0))
      .text_or_null("currency", row.currency)
      .raw("commission", has_commission(row) ? commission_part(row) : "null")
      .text("reason", row.reason)
      .text("created_at", iso8601_ms(row.created_us))
      .object();
}

std::string commission_data(const ConversionRow& row) {
  return JsonText()
      .text("conversion_id", row.public_id)
      .text_unless_empty("partner_id", row.affiliate_public_id)
      .text_unless_empty("program_id", row.campaign_public_id)
      .integer("amount_cents", row.commission_minor)
      .integer("reversed_cents", row.reversed_minor)
      .text_or_null("currency", row.commission_currency)
      .text("status", status_name(row.status))
      .flag("review", row.is_held())
      .text_or_null("rejection_reason", rejection_reason(row))
      .object();
}

// Partner and application say the same of one person; programs are named where the event is about one.
std::string partner_data(const AffiliateRow& partner, const std::optional<EnrolmentRow>& enrolment) {
  JsonText data;
  data.text("id", partner.public_id)
      .text("email", partner.email)
      .text("name", partner.name)
      .text("status", partner.status);
  if (enrolment) {
    data.text("program_id", enrolment->campaign_public_id)
        .text("program_status", enrolment->status)
        .text("referral_code", enrolment->code);
  }
  return data.object();
}

}  // namespace

std::optional<std::string> selgeo_message(std::string_view name, const EventSubject& subject) {
  if (subject.conversion && name.starts_with("conversion.")) return conversion_data(*subject.conversion);
  if (subject.conversion && name.starts_with("commission.")) {
    if (!has_commission(*subject.conversion)) return std::nullopt;
    return commission_data(*subject.conversion);
  }
  if (subject.affiliate) return partner_data(*subject.affiliate, subject.enrolment);
  if (subject.promo) {
    return JsonText()
        .text("id", subject.promo->public_id)
        .text("code", subject.promo->code)
        .text("partner_id", subject.promo->affiliate_public_id)
        .text("program_id", subject.promo->campaign_public_id)
        .text("status", subject.promo->status)
        .object();
  }
  return std::nullopt;
}

}  // namespace footfall::core
