#include "core/actions/record_change.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "core/storage/audit.h"

namespace footfall::core {
std::string ChangeDetails::json(const std::string& value) {
  return boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

ChangeDetails& ChangeDetails::raw(std::string_view name, const std::string& value) {
  if (!members_.empty()) members_ += ',';
  members_ += json(std::string(name)) + ":" + value;
  return *this;
}

ChangeDetails& ChangeDetails::add(std::string_view name, std::string_view value) {
  return raw(name, json(std::string(value)));
}

Result<void> record_change(Database& database, const Caller& caller, const Change& change) {
  const std::string details = change.details.text();
  return append_audit(database, {change.account, caller.name, change.action, change.subject, caller.reason, details});
}

}  // namespace footfall::core
