// What is payable to affiliates, and payouts of it; the money itself moves elsewhere.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "core/actions/payouts.h"
#include "core/actions/reading/payouts.h"
#include "core/cli/conversion_view.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/money.h"

namespace footfall::core {
namespace {

boost::json::object payout_view(const PayoutRow& row) {
  return {{"id", row.public_id},
          {"affiliate", row.affiliate_public_id},
          {"mode", mode_name(row.mode)},
          {"currency", row.currency},
          {"amount", format_amount(row.amount_minor(), row.currency)},
          {"deducted", format_amount(row.deducted_minor, row.currency)},
          {"conversions", row.conversions},
          {"reference", row.reference},
          {"created_at", time_view(row.created_us)}};
}

Result<void> create(Context& context, const NewPayout& payout) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = create_payout(**database, context.caller(), payout);
  if (!row) return Failure(row.error());
  return context.show(payout_view(*row));
}

struct ListOptions {
  OwnerIds owners;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_payouts(**database, context.caller(), {{}, {}, {}, options.paging.limit, options.paging.offset},
                           options.owners);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const PayoutRow& row : page->rows) all.push_back(payout_view(row));
  return context.list("payouts", all, {"id", "affiliate", "mode", "currency", "amount", "conversions", "created_at"});
}

Result<void> list_payable(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  PayableFilter filter;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto page = read_payables(**database, context.caller(), filter, options.owners);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const PayableRow& row : page->rows) {
    all.push_back(boost::json::object{{"affiliate", row.affiliate_public_id},
                                      {"email", row.affiliate_email},
                                      {"currency", row.currency},
                                      {"approved", format_amount(row.approved_minor, row.currency)},
                                      {"owed_back", format_amount(row.owed_back_minor, row.currency)},
                                      {"conversions", row.conversions}});
  }
  return context.list("payable", all, {"affiliate", "email", "currency", "approved", "owed_back", "conversions"});
}

Result<void> show(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto details = read_payout(**database, context.caller(), id);
  if (!details) return Failure(details.error());
  boost::json::object view = payout_view(details->payout);
  boost::json::array conversions;
  for (const ConversionRow& row : details->conversions) conversions.push_back(conversion_view(row));
  view["conversion_list"] = std::move(conversions);
  return context.show(view);
}

void add_listing(Command noun, Context& context, const char* name, const char* help, const char* example,
                 Result<void> (*run)(Context&, const ListOptions&)) {
  Command verb = noun.add_verb(name, help, example);
  auto options = std::make_shared<ListOptions>();
  verb.add_option("--account", options->owners.account, "acc_…");
  verb.add_option("--affiliate", options->owners.affiliate, "aff_…");
  add_paging(verb, options->paging);
  verb.callback(
      [&context, options, run] { context.choose([&context, options, run] { return run(context, *options); }); });
}

}  // namespace

void add_payout(Command app, Context& context) {
  Command noun = app.add_noun("payout", "Payouts: approved commissions that were paid together");
  Command creating = noun.add_verb("create", "Say that an affiliate was paid what is payable in a currency",
                                   "payout create --affiliate aff_01h… --currency EUR --reference 'transfer 4711'");
  auto made = std::make_shared<NewPayout>();
  creating.add_option("--affiliate", made->affiliate, "aff_…").required();
  creating.add_option("--currency", made->currency, "ISO 4217").required();
  creating.add_option("--reference", made->reference, "Yours, such as the transfer's");
  creating.add_option("--idempotency-key", made->idempotency_key,
                      "Of your choice: a second call with it shows the payout that the first one made");
  creating.callback([&context, made] { context.choose([&context, made] { return create(context, *made); }); });
  add_listing(noun, context, "payable", "What is payable, by affiliate and currency",
              "payout payable --account acc_01h…", list_payable);
  add_listing(noun, context, "list", "Payouts, newest first", "payout list --account acc_01h…", list);
  Command showing = noun.add_verb("show", "One payout with its conversions", "payout show po_01h…");
  auto id = std::make_shared<std::string>();
  showing.add_option("id", *id, "po_…").required();
  showing.callback([&context, id] { context.choose([&context, id] { return show(context, *id); }); });
}

}  // namespace footfall::core
