#include "core/deliver/messages.h"

#include <boost/json/parse.hpp>

namespace footfall::core {

void apply_payload(ConversionRow& conversion, std::string_view payload) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(boost::json::string_view(payload.data(), payload.size()), error);
  if (error || !parsed.is_object()) return;
  const auto& object = parsed.get_object();
  if (const auto* status = object.if_contains("status"); status && status->is_string()) {
    const auto& name = status->get_string();
    conversion.status = parse_status({name.data(), name.size()}).value_or(conversion.status);
  }
  if (const auto* minor = object.if_contains("commission_minor"); minor && minor->is_int64()) {
    conversion.commission_minor = minor->get_int64();
  }
  if (const auto* minor = object.if_contains("reversed_minor"); minor && minor->is_int64()) {
    conversion.reversed_minor = minor->get_int64();
  }
}

std::optional<std::string> message_data(wire::Dialect dialect, std::string_view name, const EventSubject& subject) {
  if (dialect == wire::Dialect::selgeo) return selgeo_message(name, subject);
  if (dialect == wire::Dialect::baclique) return baclique_message(name, subject);
  return std::nullopt;
}

}  // namespace footfall::core
