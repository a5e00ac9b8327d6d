#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/cli/nouns.h"

namespace footfall::core {
namespace {

boost::json::array names(const std::vector<std::string>& list) {
  boost::json::array all;
  for (const auto& name : list) all.push_back(boost::json::value(name));
  return all;
}

Result<void> run(Context& context, bool status) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto report = status ? migration_status(**database) : migrate(**database);
  if (!report) return Failure(report.error());
  if (status) return context.show({{"present", names(report->present)}, {"pending", names(report->pending)}});
  return context.show({{"applied", names(report->applied)}, {"present", names(report->present)}});
}

}  // namespace

void add_migrate(Command app, Context& context) {
  Command verb =
      app.add_verb("migrate", "Bring the database up to date; safe to run at any time, and twice", "migrate --status");
  auto status = std::make_shared<bool>(false);
  verb.add_flag("--status", *status, "Only say what is applied and what is not");
  verb.callback([&context, status] { context.choose([&context, status] { return run(context, *status); }); });
}

}  // namespace footfall::core
