// `show` puts all that is known of one click together: its row, conflicts under the same id, and the conversions that
// name it. `export` turns its options into a filter and leaves the writing to click_export.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/reading/clicks.h"
#include "core/actions/reading/links.h"
#include "core/cli/click_export.h"
#include "core/cli/local_time.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/money.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value amount_view(const std::optional<std::int64_t>& minor, const std::optional<std::string>& currency) {
  if (!minor) return nullptr;
  return value(format_amount(*minor, currency.value_or("")));
}

object conversion_view(const ConversionRow& conversion) {
  return {{"id", conversion.public_id},
          {"status", status_name(conversion.status)},
          {"reason", conversion.reason},
          {"goal", conversion.goal},
          {"amount", amount_view(conversion.amount_minor, conversion.currency)},
          {"currency", text_view(conversion.currency)},
          {"commission", amount_view(conversion.commission_minor, conversion.commission_currency)},
          {"commission_currency", text_view(conversion.commission_currency)},
          {"created_at", time_view(conversion.created_us)}};
}

object conflict_view(const ClickConflict& conflict) {
  return {{"received_at", time_view(conflict.received_us)},
          {"campaign", text_or_null(conflict.campaign_public_id)},
          {"affiliate", text_or_null(conflict.affiliate_public_id)},
          {"link", text_or_null(conflict.link_public_id)},
          {"edge", text_or_null(conflict.edge)},
          {"number", conflict.number}};
}

object spellings(const wire::ClickId& id) {
  object all;
  for (auto dialect :
       {wire::Dialect::baclique, wire::Dialect::selgeo, wire::Dialect::affspace, wire::Dialect::affily}) {
    all[std::string(wire::dialect_name(dialect))] = wire::format_click_id(dialect, id);
  }
  return all;
}

Result<void> show(Context& context, const std::string& text) {
  const auto id = wire::parse_click_id(text);
  if (!id) return invalid("\"" + text + "\" is not a click id in any dialect's spelling");
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto found = read_click(**database, context.caller(), *id);
  if (!found) return Failure(found.error());
  if (!*found) {
    return not_found("no click " + wire::to_uuid(*id) + " is stored (yet); stream list shows what is on the way");
  }
  const ClickDetails& details = **found;
  object view = click_view(details.clicks.front());
  view["spellings"] = spellings(*id);
  array also, conflicts, booked;
  for (std::size_t i = 1; i < details.clicks.size(); ++i) also.push_back(click_view(details.clicks[i]));
  for (const auto& conflict : details.conflicts) conflicts.push_back(conflict_view(conflict));
  for (const auto& conversion : details.conversions) booked.push_back(conversion_view(conversion));
  view["conflicts"] = std::move(conflicts);
  view["conversions"] = std::move(booked);
  view["also_stored_for"] = std::move(also);
  return context.show(view);
}

struct ExportOptions {
  std::string format = "csv";
  OwnerIds owners;
  std::string link;
  std::optional<std::string> mode, from, to;
  bool net = false;
  std::int64_t limit = 0;
};

Result<void> export_clicks(Context& context, const ExportOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  ClickFilter filter;
  filter.net_only = options.net;
  if (!options.link.empty()) {
    auto link = read_link(**database, context.caller(), options.link);
    if (!link) return Failure(link.error());
    filter.link = link->id;
  }
  if (options.mode) filter.mode = mode_of(*options.mode);
  for (const auto& [text, bound] : {std::pair{&options.from, &filter.from_us}, std::pair{&options.to, &filter.to_us}}) {
    if (!*text) continue;
    auto time = read_local_time(context, options.owners.account, **text);
    if (!time) return Failure(time.error());
    *bound = *time;
  }
  return write_clicks(context, **database, filter, options.owners, options.format == "csv", options.limit);
}

}  // namespace

void add_click(Command app, Context& context) {
  Command noun = app.add_noun("click", "Stored clicks");

  Command showing =
      noun.add_verb("show", "All that is known of one click", "click show 0190f3c2-5b1a-7c3d-9e8f-0123456789ab");
  auto id = std::make_shared<std::string>();
  showing.add_option("id", *id, "In any dialect's spelling").required();
  showing.callback([&context, id] { context.choose([&context, id] { return show(context, *id); }); });

  Command exporting =
      noun.add_verb("export", "Clicks in the order of their time, as CSV or NDJSON",
                    "click export --campaign cmp_01h… --from 2026-01-01 --to 2026-02-01 --net > january.csv");
  auto options = std::make_shared<ExportOptions>();
  exporting.add_option("--format", options->format, "csv or ndjson").choose_from({"csv", "ndjson"}).show_default();
  exporting.add_option("--account", options->owners.account, "acc_…");
  exporting.add_option("--campaign", options->owners.campaign, "cmp_…, prg_… or off_…");
  exporting.add_option("--affiliate", options->owners.affiliate, "aff_…");
  exporting.add_option("--link", options->link, "lnk_…, CODE or HOST/CODE");
  exporting.add_option("--mode", options->mode, "live or test").choose_from({"live", "test"});
  exporting.add_option("--from", options->from, "2026-01-01 or 2026-01-01T00:00:00Z, inclusive");
  exporting.add_option("--to", options->to, "Exclusive");
  exporting.add_flag("--net", options->net, "Only clicks that count (verdict human)");
  exporting.add_option("--limit", options->limit, "At most so many; 0: all").not_negative();
  exporting.callback(
      [&context, options] { context.choose([&context, options] { return export_clicks(context, *options); }); });
  add_click_rejudge(noun, context);
  add_click_erase(noun, context);
}

}  // namespace footfall::core
