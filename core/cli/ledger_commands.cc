#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/actions/verify_ledger.h"
#include "core/cli/nouns.h"

namespace footfall::core {
namespace {

Result<void> verify(Context& context) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto report = verify_ledger(**database);
  if (!report) return Failure(report.error());
  boost::json::array faults;
  for (const std::string& fault : report->faults) faults.push_back(boost::json::value(fault));
  auto shown = context.show(
      {{"conversions", report->conversions}, {"balances", report->balances}, {"faults", std::move(faults)}});
  if (!shown || report->faults.empty()) return shown;
  return conflict("the ledger has " + std::to_string(report->faults.size()) + " faults");
}

}  // namespace

void add_ledger(Command app, Context& context) {
  Command noun = app.add_noun("ledger", "The double-entry ledger behind every commission and deposit");
  Command verb =
      noun.add_verb("verify", "Prove that it balances and says what conversions and deposits say; exit status 1 if not",
                    "ledger verify");
  verb.callback([&context] { context.choose([&context] { return verify(context); }); });
}

}  // namespace footfall::core
