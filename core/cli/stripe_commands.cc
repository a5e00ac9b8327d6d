// Receivers of Stripe's events, one for each mode of an account that speaks Selgeo. `set` takes the signing secret from
// standard input with "-", so that it stays out of the shell's history; nothing prints it.
#include <boost/json/object.hpp>
#include <iostream>
#include <memory>

#include "core/actions/stripe_receivers.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

struct Options {
  std::string account;
  std::string mode = "live";
  std::optional<std::string> secret;
};

boost::json::object receiver_view(const StripeReceiver& receiver) {
  const StripeReceiverRow& row = receiver.row;
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", mode_name(row.mode)},
          {"path", receiver.path()},
          {"has_signing_secret", !row.sealed_secret.empty()},
          {"waiting_events", receiver.waiting},
          {"created_at", time_view(row.created_us)},
          {"updated_at", time_view(row.changed_us)}};
}

Result<void> set(Context& context, const Options& options) {
  StripeReceiverFields fields{options.account, mode_of(options.mode), options.secret};
  if (fields.signing_secret == "-" && !std::getline(std::cin, *fields.signing_secret)) {
    return invalid("standard input holds no secret");
  }
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto receiver = set_stripe_receiver(**database, context.caller(), settings->webhooks, fields);
  if (!receiver) return Failure(receiver.error());
  return context.show(receiver_view(*receiver));
}

Result<void> show(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto receiver = read_stripe_receiver(**database, context.caller(), options.account, mode_of(options.mode));
  if (!receiver) return Failure(receiver.error());
  return context.show(receiver_view(*receiver));
}

Result<void> remove(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto deleted = delete_stripe_receiver(**database, context.caller(), options.account, mode_of(options.mode));
  if (!deleted) return deleted;
  return context.show({{"account", options.account}, {"mode", options.mode}, {"status", "deleted"}});
}

std::shared_ptr<Options> add_owner(Command verb) {
  auto options = std::make_shared<Options>();
  verb.add_option("--account", options->account, "acc_… that speaks selgeo").required();
  add_mode(verb, options->mode);
  return options;
}

}  // namespace

void add_stripe(Command app, Context& context) {
  Command noun = app.add_noun("stripe", "Where Stripe sends the events of a merchant's own sales");

  Command setting = noun.add_verb("set", "Make the receiver of an account and mode, or change its secret",
                                  "stripe set --account acc_01h… --secret - < secret.txt");
  auto made = add_owner(setting);
  setting.add_option(
      "--secret", made->secret,
      "The signing secret that Stripe shows, whsec_…; - reads it from standard input, out of sight of ps");
  setting.callback([&context, made] { context.choose([&context, made] { return set(context, *made); }); });

  Command showing = noun.add_verb("show", "The receiver of an account and mode", "stripe show --account acc_01h…");
  auto shown = add_owner(showing);
  showing.callback([&context, shown] { context.choose([&context, shown] { return show(context, *shown); }); });

  Command deleting = noun.add_verb("delete", "Refuse Stripe's events from now on", "stripe delete --account acc_01h…");
  auto deleted = add_owner(deleting);
  deleting.callback([&context, deleted] { context.choose([&context, deleted] { return remove(context, *deleted); }); });
}

}  // namespace footfall::core
