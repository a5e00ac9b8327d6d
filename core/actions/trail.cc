#include "core/actions/trail.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "core/storage/audit.h"

namespace footfall::core {
std::string Details::json(const std::string& value) {
  return boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

Details& Details::raw(std::string_view name, const std::string& value) {
  if (!members_.empty()) members_ += ',';
  members_ += json(std::string(name)) + ":" + value;
  return *this;
}

Details& Details::add(std::string_view name, std::string_view value) { return raw(name, json(std::string(value))); }

Result<void> note(Database& database, const Actor& actor, wire::AccountId account, std::string_view action,
                  std::string_view subject, const Details& details) {
  const std::string text = details.text();
  return append_audit(database, {account, actor.name, action, subject, actor.reason, text});
}

}  // namespace footfall::core
