#include "core/deliver/messages.h"

#include <boost/json/parse.hpp>

namespace footfall::core {
namespace {

namespace json = boost::json;

// None of these changes anything where the payload does not say so.
void take_text(const json::object& said, json::string_view name, std::string& into) {
  const auto* value = said.if_contains(name);
  if (value && value->is_string()) into.assign(value->get_string().data(), value->get_string().size());
  if (value && value->is_null()) into.clear();
}

void take_integer(const json::object& said, json::string_view name, std::int64_t& into) {
  if (const auto* value = said.if_contains(name); value && value->is_int64()) into = value->get_int64();
}

void take_flag(const json::object& said, json::string_view name, bool& into) {
  if (const auto* value = said.if_contains(name); value && value->is_bool()) into = value->get_bool();
}

void apply(ConversionRow& conversion, const json::object& said) {
  std::string status, currency = conversion.commission_currency.value_or("");
  take_text(said, "status", status);
  take_text(said, "reason", conversion.reason);
  take_text(said, "campaign", conversion.campaign_public_id);
  take_text(said, "affiliate", conversion.affiliate_public_id);
  take_text(said, "commission_currency", currency);
  take_integer(said, "commission_minor", conversion.commission_minor);
  take_integer(said, "reversed_minor", conversion.reversed_minor);
  conversion.status = parse_status(status).value_or(conversion.status);
  conversion.commission_currency = currency.empty() ? std::nullopt : std::optional(currency);
  take_flag(said, "attributed", conversion.attributed);
  // The payload says in one flag whether anything held the conversion.
  bool held = conversion.is_held();
  take_flag(said, "review", held);
  conversion.review = held;
  conversion.disputed = false;
  std::string rejection_reason = conversion.rejection_reason.value_or("");
  take_text(said, "rejection_reason", rejection_reason);
  conversion.rejection_reason = rejection_reason.empty() ? std::nullopt : std::optional(rejection_reason);
}

}  // namespace

void apply_payload(EventSubject& subject, std::string_view payload) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(boost::json::string_view(payload.data(), payload.size()), error);
  if (error || !parsed.is_object()) return;
  const auto& said = parsed.get_object();
  if (subject.conversion) apply(*subject.conversion, said);
  if (subject.affiliate) {
    take_text(said, "email", subject.affiliate->email);
    take_text(said, "name", subject.affiliate->name);
    take_text(said, "status", subject.affiliate->status);
  }
  if (subject.enrolment) {
    take_text(said, "enrolment_status", subject.enrolment->status);
    take_text(said, "code", subject.enrolment->code);
    take_integer(said, "joined_us", subject.enrolment->joined_us);
  }
  if (subject.promo) take_text(said, "status", subject.promo->status);
}

std::optional<std::string> message_data(wire::Dialect dialect, std::string_view name, const EventSubject& subject) {
  if (dialect == wire::Dialect::selgeo) return selgeo_message(name, subject);
  if (dialect == wire::Dialect::baclique) return baclique_message(name, subject);
  return std::nullopt;
}

}  // namespace footfall::core
