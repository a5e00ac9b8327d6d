#include "core/actions/record_change.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "core/storage/audit.h"
#include "core/storage/conversions.h"
#include "core/storage/events_out.h"

namespace footfall::core {
std::string ChangeDetails::json(const std::string& value) {
  return boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

ChangeDetails& ChangeDetails::raw(std::string_view name, const std::string& value) {
  members_.raw(name, value);
  return *this;
}

ChangeDetails& ChangeDetails::add(std::string_view name, std::string_view value) {
  return raw(name, json(std::string(value)));
}

Result<void> record_change(Database& database, const Caller& caller, const Change& change) {
  const std::string details = change.details.text();
  auto audited = append_audit(
      database, {change.account, caller.name, change.action, change.subject, caller.reason, details, change.mode});
  if (!audited || change.event.empty()) return audited;
  FOOTFALL_CHECK(change.account && change.mode);
  const std::string payload = change.payload ? change.payload->text() : details;
  return append_event(database, {change.account, *change.mode, change.event, change.subject, payload});
}

ChangeDetails conversion_payload(const ConversionRow& row) {
  ChangeDetails payload;
  payload.add("status", status_name(row.status)).add_flag("attributed", row.attributed).add("reason", row.reason);
  payload.add("commission_minor", row.commission_minor).add("commission_currency", row.commission_currency);
  payload.add("reversed_minor", row.reversed_minor);
  payload.add_flag("review", row.is_held()).add("rejection_reason", row.rejection_reason);
  payload.add("campaign", row.campaign_public_id).add("affiliate", row.affiliate_public_id);
  return payload;
}

}  // namespace footfall::core
