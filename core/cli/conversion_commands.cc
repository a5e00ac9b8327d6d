// `list` and `export` share their filters; `show` puts click, terms, ledger and audit trail of one conversion together.
// The five verbs that change a conversion are one function with the step as its argument.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/change_conversion.h"
#include "core/actions/reading/conversions.h"
#include "core/cli/conversion_view.h"
#include "core/cli/local_time.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/csv.h"
#include "core/domain/money.h"

namespace footfall::core {
namespace {

using boost::json::array;
using boost::json::object;

struct ListOptions {
  OwnerIds owners;
  std::optional<std::string> mode, status, from, to;
  bool review = false;
  Paging paging;
};

Result<ConversionFilter> filter_of(Context& context, const ListOptions& options) {
  ConversionFilter filter;
  filter.status = options.status;
  filter.held_only = options.review;
  if (options.mode) filter.mode = mode_of(*options.mode);
  for (const auto& [text, bound] : {std::pair(&options.from, &filter.from_us), std::pair(&options.to, &filter.to_us)}) {
    if (!*text) continue;
    auto time = read_local_time(context, options.owners.account, **text);
    if (!time) return Failure(time.error());
    *bound = *time;
  }
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  return filter;
}

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto filter = filter_of(context, options);
  if (!filter) return Failure(filter.error());
  auto rows = read_conversions(**database, context.caller(), *filter, options.owners);
  if (!rows) return Failure(rows.error());
  array all;
  for (const ConversionRow& row : *rows) all.push_back(conversion_view(row));
  return context.list("conversions", all,
                      {"id", "status", "attributed", "campaign", "affiliate", "external_id", "amount", "currency",
                       "commission", "created_at"});
}

std::string csv_cell_of(const boost::json::value& value) {
  if (value.is_null()) return "";
  return csv_cell(value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value));
}

// Page by page, oldest last, so that memory does not grow with the number of conversions.
Result<void> export_all(Context& context, const ListOptions& options, bool csv) {
  constexpr int kPage = 1'000;
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto filter = filter_of(context, options);
  if (!filter) return Failure(filter.error());
  filter->limit = kPage;
  filter->offset = 0;
  bool first = true;
  while (true) {
    auto rows = read_conversions(**database, context.caller(), *filter, options.owners);
    if (!rows) return Failure(rows.error());
    for (const ConversionRow& row : *rows) {
      const object view = conversion_view(row);
      std::string line;
      if (!csv) {
        line = boost::json::serialize(view);
      } else {
        std::string heading;
        for (const auto& member : view) {
          if (first) heading.append(heading.empty() ? "" : ",").append(member.key());
          line.append(line.empty() ? "" : ",").append(csv_cell_of(member.value()));
        }
        if (first && !context.write(heading + "\r\n")) return {};
      }
      first = false;
      if (!context.write(line + (csv ? "\r\n" : "\n"))) return {};
    }
    if (rows->size() < kPage) return {};
    filter->below_id = static_cast<std::int64_t>(rows->back().id.value);
  }
}

// With all the evidence: the click, the frozen terms, the ledger and who did what.
Result<void> show(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto found = read_conversion_evidence(**database, context.caller(), id);
  if (!found) return Failure(found.error());
  if (!*found) return not_found("no conversion " + id + "; conversion list shows what there is");
  const ConversionEvidence& evidence = **found;
  object view = conversion_view(evidence.conversion);
  view["evidence"] = evidence.click ? boost::json::value(click_view(*evidence.click)) : boost::json::value();
  array entries, steps;
  for (const LedgerRow& entry : evidence.ledger) entries.push_back(ledger_view(entry));
  for (auto step = evidence.audit.rbegin(); step != evidence.audit.rend(); ++step) steps.push_back(audit_view(*step));
  view["ledger"] = std::move(entries);
  view["audit"] = std::move(steps);
  return context.show(view);
}

struct StepOptions {
  std::string id;
  std::optional<std::string> part, rejection_reason, note;
};

Result<void> take(Context& context, const StepOptions& options, ConversionVerb verb) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  ConversionChange change;
  change.public_id = options.id;
  change.verb = verb;
  change.rejection_reason = options.rejection_reason;
  change.rejection_note = options.note;
  if (options.part) {
    auto row = read_conversion(**database, context.caller(), options.id);
    if (!row) return Failure(row.error());
    if (!*row) return not_found("no conversion " + options.id + "; conversion list shows what there is");
    auto part = parse_minor(*options.part, currency_exponent((*row)->commission_currency.value_or("")).value_or(2));
    if (!part) return Failure(part.error());
    change.part_minor = *part;
  }
  auto changed = change_conversion(**database, context.caller(), change);
  if (!changed) return Failure(changed.error());
  return context.show(conversion_view(*changed));
}

struct DisputeOptions {
  std::string id;
  bool resolve = false;
};

Result<void> dispute(Context& context, const DisputeOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto disputed = options.resolve ? end_dispute(**database, context.caller(), options.id)
                                  : dispute_conversion(**database, context.caller(), options.id);
  if (!disputed) return Failure(disputed.error());
  return context.show(conversion_view(*disputed));
}

void add_filters(Command verb, ListOptions& options) {
  verb.add_option("--account", options.owners.account, "acc_…");
  verb.add_option("--campaign", options.owners.campaign, "cmp_…, prg_… or off_…");
  verb.add_option("--affiliate", options.owners.affiliate, "aff_…");
  verb.add_option("--mode", options.mode, "live or test").choose_from({"live", "test"});
  verb.add_option("--status", options.status, "pending, approved, paid, rejected or reversed")
      .choose_from({"pending", "approved", "paid", "rejected", "reversed"});
  verb.add_option("--from", options.from,
                  "Booked at or after this time, or day of the --account's time zone (else UTC)");
  verb.add_option("--to", options.to, "Booked before it");
  verb.add_flag("--review", options.review, "Only those that are held for a person to look at");
}

void add_step(Command noun, Context& context, const char* name, ConversionVerb step, const char* help,
              const char* example) {
  Command verb = noun.add_verb(name, help, example);
  auto options = std::make_shared<StepOptions>();
  verb.add_option("id", options->id, "conv_…").required();
  if (step == ConversionVerb::reject) {
    verb.add_option("--rejection-reason", options->rejection_reason, "Kept with the conversion, such as fraud");
    verb.add_option("--note", options->note, "Kept with the conversion");
  }
  if (step == ConversionVerb::reverse) {
    verb.add_option("--amount", options->part, "Part of the commission, such as 2.50; without it, all that remains");
  }
  verb.callback([&context, options, step] {
    context.choose([&context, options, step] { return take(context, *options, step); });
  });
}

}  // namespace

void add_conversion(Command app, Context& context) {
  Command noun = app.add_noun("conversion", "Conversions: what was reported, whom it credits, what is owed");

  Command listing = noun.add_verb("list", "Conversions, newest first", "conversion list --status pending");
  auto listed = std::make_shared<ListOptions>();
  add_filters(listing, *listed);
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });

  Command showing =
      noun.add_verb("show", "One, with its evidence: click, terms, ledger, audit trail", "conversion show conv_01h…");
  auto id = std::make_shared<std::string>();
  showing.add_option("id", *id, "conv_…").required();
  showing.callback([&context, id] { context.choose([&context, id] { return show(context, *id); }); });

  add_step(noun, context, "approve", ConversionVerb::approve, "Approve before the hold has passed, or by hand",
           "conversion approve conv_01h… --reason \"checked\"");
  add_step(noun, context, "reject", ConversionVerb::reject, "No commission: returned, fraud, against the terms",
           "conversion reject conv_01h… --rejection-reason fraud");
  add_step(noun, context, "restore", ConversionVerb::restore, "Make a rejected one pending again",
           "conversion restore conv_01h…");
  add_step(noun, context, "reverse", ConversionVerb::reverse, "Take the commission back, whole or in part",
           "conversion reverse conv_01h… --amount 2.50 --reason refund");
  add_step(noun, context, "pay", ConversionVerb::pay, "Mark an approved one as paid out", "conversion pay conv_01h…");

  Command disputing =
      noun.add_verb("dispute", "Hold a pending one until the operator decides; its money stays reserved",
                    "conversion dispute conv_01h… --reason \"the affiliate objects\"");
  auto disputed = std::make_shared<DisputeOptions>();
  disputing.add_option("id", disputed->id, "conv_…").required();
  disputing.add_flag("--resolve", disputed->resolve,
                     "End the dispute without a decision: the hold goes on, and the merchant may decide");
  disputing.callback(
      [&context, disputed] { context.choose([&context, disputed] { return dispute(context, *disputed); }); });

  Command exporting = noun.add_verb("export", "Conversions as CSV or NDJSON, newest first",
                                    "conversion export --format csv --from 2026-01-01 > conversions.csv");
  auto exported = std::make_shared<ListOptions>();
  auto format = std::make_shared<std::string>("csv");
  add_filters(exporting, *exported);
  exporting.add_option("--format", *format, "csv or ndjson").choose_from({"csv", "ndjson"}).show_default();
  exporting.callback([&context, exported, format] {
    context.choose([&context, exported, format] { return export_all(context, *exported, *format == "csv"); });
  });
}

}  // namespace footfall::core
