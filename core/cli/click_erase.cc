// `click erase` prints a receipt; the same stands in the audit trail, without what was erased.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/erase_clicks.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

struct Options {
  std::string click, visitor, affiliate;
};

boost::json::object receipt_view(const ErasureReceipt& receipt) {
  boost::json::array streams;
  for (const StreamRow& stream : receipt.on_the_way) {
    streams.push_back(boost::json::object{
        {"edge", stream.edge}, {"incarnation", stream.incarnation.hex()}, {"clicks", stream.head - stream.position}});
  }
  return {{"receipt", receipt.public_id},
          {"asked", {{"kind", receipt.asked}, {"subject", text_or_null(receipt.subject)}}},
          {"at", time_view(receipt.at_us)},
          {"by", receipt.by},
          {"database",
           {{"clicks", receipt.erased.clicks},
            {"events", receipt.erased.events},
            {"callbacks", receipt.erased.callbacks},
            {"dead_letters", receipt.erased.dead_letters},
            {"unreadable_letters", receipt.erased.unreadable_letters},
            {"conversions_kept", receipt.conversions_kept}}},
          {"on_the_way", std::move(streams)},
          {"log_and_stream",
           "not rewritten: whatever is stored from there is erased on arrival; it leaves Redis when it is stored, and "
           "the edges' logs by log.max_age_s and log.total_bytes_max"}};
}

Result<void> erase(Context& context, const Options& options) {
  ErasureRequest request;
  if (!options.click.empty()) {
    request.click = wire::parse_click_id(options.click);
    if (!request.click) return invalid("\"" + options.click + "\" is not a click id in any dialect's spelling");
  }
  if (!options.visitor.empty()) {
    request.visitor = from_hex(options.visitor);
    if (!request.visitor || request.visitor->size() != 16) {
      return invalid("a visitor's hash has 32 hexadecimal digits, as `click show` prints them");
    }
  }
  if (!options.affiliate.empty()) request.affiliate = options.affiliate;
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto receipt =
      erase_clicks(**database, context.caller(), request, context.hooks().read_letter, system_clock().wall_us());
  if (!receipt) return Failure(receipt.error());
  return context.show(receipt_view(*receipt));
}

}  // namespace

void add_click_erase(Command noun, Context& context) {
  Command verb = noun.add_verb("erase", "Erase what clicks tell of a person; prints a receipt",
                               "click erase --click 0190f3c2-5b1a-7c3d-9e8f-0123456789ab --reason 'asked by mail'");
  auto options = std::make_shared<Options>();
  Command which = verb.add_alternatives("which", "One of these");
  which.add_option("--click", options->click, "In any dialect's spelling");
  which.add_option("--visitor", options->visitor, "Hash of `click show`; of one visitor on one day");
  which.add_option("--affiliate", options->affiliate, "aff_…: all clicks that it was sent so far");
  verb.callback([&context, options] { context.choose([&context, options] { return erase(context, *options); }); });
}

}  // namespace footfall::core
