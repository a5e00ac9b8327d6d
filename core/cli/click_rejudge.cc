// `click rejudge` judges stored clicks again. It may run for hours, so it says on standard error where it has come.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/rejudge_clicks.h"
#include "core/cli/local_time.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

struct Options {
  std::string from, to;
  bool dry_run = false;
};

boost::json::array names_view(const std::vector<std::string>& names) {
  boost::json::array all;
  for (const std::string& name : names) all.push_back(boost::json::value(name));
  return all;
}

boost::json::array refused_view(const std::vector<RefusedReport>& reports) {
  boost::json::array all;
  for (const RefusedReport& report : reports) {
    all.push_back(boost::json::object{{"account", report.account_public_id},
                                      {"mode", std::string(mode_name(report.mode))},
                                      {"click_id", wire::to_uuid(report.click)},
                                      {"goal", report.goal},
                                      {"external_id", report.external_id},
                                      {"amount", report.amount},
                                      {"reported_at", iso8601_ms(report.reported_us)}});
  }
  return all;
}

boost::json::object report_view(const RejudgeReport& report, bool dry_run) {
  const RejudgementCounts& counts = report.counts;
  return {{"id", text_or_null(report.public_id)},
          {"dry_run", dry_run},
          {"resumed", report.resumed},
          {"rules", report.rules},
          {"clicks", counts.clicks},
          {"convicted", counts.convicted},
          {"acquitted", counts.acquitted},
          {"other_reason", counts.other_reason},
          {"conversions",
           {{"rejected", counts.rejected},
            {"restored", counts.restored},
            {"attributed", counts.attributed},
            {"paid", counts.paid},
            {"by_hand", counts.by_hand}}},
          {"refused_reports", counts.refused},
          {"paid", names_view(report.paid)},
          {"by_hand", names_view(report.by_hand)},
          {"refused", refused_view(report.refused)}};
}

Result<void> rejudge(Context& context, const Options& options) {
  RejudgeRequest request;
  request.dry_run = options.dry_run;
  for (const auto& [text, bound] :
       {std::pair{&options.from, &request.from_us}, std::pair{&options.to, &request.to_us}}) {
    auto time = read_local_time(context, {}, *text);
    if (!time) return Failure(time.error());
    *bound = time->value_or(0);
  }
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto rules = context.hooks().verdict_rules();
  if (!rules) return Failure(rules.error());
  auto report = rejudge_clicks(**database, context.caller(), *rules, request, [](const RejudgeReport& so_far) {
    const RejudgementCounts& counts = so_far.counts;
    Context::tell(iso8601_ms(so_far.reached_us) + ": " + std::to_string(counts.clicks) + " clicks, " +
                  std::to_string(counts.convicted) + " convicted, " + std::to_string(counts.acquitted) + " acquitted");
  });
  if (!report) return Failure(report.error());
  return context.show(report_view(*report, options.dry_run));
}

}  // namespace

void add_click_rejudge(Command noun, Context& context) {
  Command verb = noun.add_verb(
      "rejudge", "Judge stored clicks by the present rules; correct roll-ups, attribution and commissions",
      "click rejudge --from 2026-01-01 --to 2026-02-01 --dry-run");
  auto options = std::make_shared<Options>();
  verb.add_option("--from", options->from, "2026-01-01 or 2026-01-01T00:00:00Z, inclusive").required();
  verb.add_option("--to", options->to, "Exclusive").required();
  verb.add_flag("--dry-run", options->dry_run, "Count what would change, and change nothing");
  verb.callback([&context, options] { context.choose([&context, options] { return rejudge(context, *options); }); });
}

}  // namespace footfall::core
