// `create` and `set` share their options. Commissions are collected per goal first, because --commission, --goal,
// --tier and --end-goal may name one goal in several options; everything else is passed on as text and checked by the
// action.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <memory>

#include "core/actions/ask_to_join.h"
#include "core/actions/campaigns.h"
#include "core/actions/reading/campaigns.h"
#include "core/cli/local_time.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/identifiers.h"

namespace footfall::core {
namespace {

using Text = std::optional<std::string>;

struct Options {
  std::string id, account;
  std::string mode = "live";
  CampaignFields fields;
  Text commission, currency, fallback, expires, window, hold, budget, click_parameter, auto_approve, join_review,
      self_referral, duplicate_window, velocity;
  std::vector<std::string> goals, tiers, ended_goals, hosts;
};

void add_fields(Command verb, Options& options, bool making) {
  auto& fields = options.fields;
  CommandOption name = verb.add_option("--name", fields.name, "Name");
  CommandOption target =
      verb.add_option("--target", fields.target_url, "Where links lead; {click_id} in it is replaced");
  CommandOption commission = verb.add_option("--commission", options.commission, "For every goal: 10% or 5.00");
  if (making) {
    for (CommandOption* option : {&name, &target, &commission}) option->required();
  }
  verb.add_option("--goal", options.goals, "A goal's own commission: lead=2.00. May be repeated").one_value_each_time();
  verb.add_option("--tier", options.tiers,
                  "From so many conversions on: 50=12%, or lead:50=3.00. May be repeated; replaces the goal's tiers")
      .one_value_each_time();
  verb.add_option("--currency", options.currency, "ISO 4217; own: the conversion's own, where the dialect has that");
  verb.add_option("--model", fields.model, "cpa, cps or revshare");
  verb.add_option("--fallback", options.fallback, "Where expired links lead, or none");
  verb.add_option("--allow-host", options.hosts,
                  "A host to which ?url= of a link may lead: shop.example, shop.example:8443 or *.shop.example. May be "
                  "repeated; replaces all; none: no deep links")
      .one_value_each_time();
  verb.add_option("--expires", options.expires,
                  "2026-12-31T23:59:59Z, a date (midnight in the account's time zone), or never");
  verb.add_option("--window", options.window, "How old a click may be: 30d, 1s, or none");
  verb.add_option("--hold", options.hold, "How long a commission waits: 7d, 1s, or 0");
  verb.add_option("--auto-approve", options.auto_approve, "yes: once the hold has passed; no: a person decides")
      .choose_from({"yes", "no"});
  verb.add_option("--status", fields.status,
                  making ? "draft, active, paused or archived" : "draft, active, paused, archived, or deleted (final)");
  verb.add_option("--visibility", fields.visibility,
                  "public: with a page where strangers ask to join; private: who joins waits for approval");
  verb.add_option("--join-review", options.join_review,
                  "yes: who asked on the public page waits for approval; no: joins at once")
      .choose_from({"yes", "no"});
  verb.add_option("--budget", options.budget, "Of commissions, such as 1000.00, or none");
  verb.add_option("--precedence", fields.precedence, "Which signal wins: click or code");
  verb.add_option("--click-parameter", options.click_parameter,
                  "That carries the click id to the target; none: the dialect's");
  verb.add_option("--customer-limit", fields.customer_limit, "CPA: conversions per customer and goal; 0: no limit");
  verb.add_option("--click-limit", fields.click_limit, "CPA: conversions per click and goal; 0: no limit");
  verb.add_option("--self-referral", options.self_referral,
                  "yes: hold sales whose buyer has the affiliate's e-mail address or network")
      .choose_from({"yes", "no"});
  verb.add_option("--duplicate-window", options.duplicate_window,
                  "Hold the same purchase by the same click or buyer within 1d, 1h; 0: off");
  verb.add_option("--velocity", options.velocity,
                  "Hold what an affiliate sells beyond so many conversions in so long: 100/1h; 0: off");
  verb.add_option("--code", fields.code, "AffSpace's offer code");
  verb.add_option("--slug", fields.slug, "In the address of its page, in invite links and new codes");
}

CommissionFields& commission_of(CampaignFields& fields, const std::string& goal) {
  for (auto& one : fields.commissions) {
    if (is_same_name(one.goal, goal)) return one;
  }
  fields.commissions.push_back({goal, {}, {}, false});
  return fields.commissions.back();
}

Result<void> read_tier(CampaignFields& fields, const std::string& text) {
  auto pair = parse_pair(text, "50=12% or lead:50=3.00");
  if (!pair) return Failure(pair.error());
  const auto colon = pair->first.rfind(':');
  const std::string goal = colon == std::string::npos ? "" : pair->first.substr(0, colon);
  const std::string from = colon == std::string::npos ? pair->first : pair->first.substr(colon + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), number);
  if (error != std::errc{} || end != from.data() + from.size()) {
    return invalid("\"" + from + "\" is not a number of conversions");
  }
  auto& tiers = commission_of(fields, goal).tiers;
  if (!tiers) tiers.emplace();
  tiers->emplace_back(number, pair->second);
  return {};
}

Result<void> read_commissions(Options& options) {
  if (options.commission) commission_of(options.fields, "").rate = *options.commission;
  for (const auto& text : options.goals) {
    auto pair = parse_pair(text, "lead=2.00");
    if (!pair) return Failure(pair.error());
    commission_of(options.fields, pair->first).rate = pair->second;
  }
  for (const auto& text : options.tiers) {
    if (auto read = read_tier(options.fields, text); !read) return read;
  }
  for (const auto& goal : options.ended_goals) commission_of(options.fields, goal).end = true;
  return {};
}

// "100/1h": how many, and in how long; "0": off.
Result<void> read_velocity(CampaignFields& fields, const std::string& text) {
  const auto slash = text.find('/');
  std::int64_t count = 0;
  const char* const end_of_count = text.data() + std::min(slash, text.size());
  const auto [end, error] = std::from_chars(text.data(), end_of_count, count);
  const bool is_count = error == std::errc{} && end == end_of_count;
  if (!is_count || (slash == std::string::npos && count != 0)) {
    return invalid("\"" + text + "\" is neither a velocity, such as 100/1h, nor 0");
  }
  fields.velocity_count = count;
  if (slash == std::string::npos) return {};
  auto window = parse_duration(text.substr(slash + 1), "0");
  if (!window) return Failure(window.error());
  fields.velocity_s = window->value_or(0);
  return {};
}

Result<void> read_fraud_rules(Options& options) {
  auto& fields = options.fields;
  if (options.self_referral) fields.self_referral = *options.self_referral == "yes";
  if (options.duplicate_window) {
    auto window = parse_duration(*options.duplicate_window, "0");
    if (!window) return Failure(window.error());
    fields.duplicate_s = window->value_or(0);
  }
  if (options.velocity) return read_velocity(fields, *options.velocity);
  return {};
}

Result<void> read_fields(Context& context, Options& options, const std::string& account) {
  auto& fields = options.fields;
  if (options.currency) fields.currency = *options.currency == "own" ? "" : *options.currency;
  fields.fallback_url = clearable(options.fallback);
  if (!options.hosts.empty()) {
    const bool none = options.hosts.size() == 1 && options.hosts.front() == "none";
    fields.deep_link_hosts = none ? std::vector<std::string>() : options.hosts;
  }
  fields.budget = clearable(options.budget);
  fields.click_parameter = clearable(options.click_parameter);
  if (options.auto_approve) fields.auto_approve = *options.auto_approve == "yes";
  if (options.join_review) fields.join_review = *options.join_review == "yes";
  if (options.expires) {
    auto time = read_local_time(context, account, *options.expires, "never");
    if (!time) return Failure(time.error());
    fields.expires_us = *time;
  }
  if (options.window) {
    auto window = parse_duration(*options.window, "none");
    if (!window) return Failure(window.error());
    fields.attribution_window_s = *window;
  }
  if (options.hold) {
    auto hold = parse_duration(*options.hold, "0");
    if (!hold) return Failure(hold.error());
    fields.hold_s = hold->value_or(0);
  }
  if (auto read = read_fraud_rules(options); !read) return read;
  return read_commissions(options);
}

Result<boost::json::object> view_of(Context& context, const Campaign& campaign) {
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto site = context.site();
  if (!site) return Failure(site.error());
  return campaign_view(campaign, campaign_exponent(campaign.row), join_url(*site, campaign.row, settings->sends_mail));
}

Result<void> show(Context& context, const Result<Campaign>& campaign) {
  if (!campaign) return Failure(campaign.error());
  auto view = view_of(context, *campaign);
  if (!view) return Failure(view.error());
  return context.show(*view);
}

enum class Verb { create, set, show };

Result<void> run(Context& context, Options& options, Verb verb) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  Database& books = **database;
  std::string account = options.account;
  if (verb == Verb::set && options.expires) {
    auto found = account_of_campaign(context, options.id);
    if (!found) return Failure(found.error());
    account = *found;
  }
  if (auto read = read_fields(context, options, account); !read) return read;
  switch (verb) {
    case Verb::create:
      return show(context,
                  create_campaign(books, context.caller(), options.account, mode_of(options.mode), options.fields));
    case Verb::set:
      return show(context, update_campaign(books, context.caller(), options.id, options.fields));
    case Verb::show:
      return show(context, read_campaign(books, context.caller(), options.id));
  }
  return {};
}

struct ListOptions {
  std::string account;
  Text mode, status;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  CampaignFilter filter;
  if (options.mode) filter.mode = mode_of(*options.mode);
  filter.status = options.status;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto campaigns = read_campaigns(**database, context.caller(), filter, {options.account, "", ""});
  if (!campaigns) return Failure(campaigns.error());
  boost::json::array all;
  for (const Campaign& campaign : *campaigns) {
    auto view = view_of(context, campaign);
    if (!view) return Failure(view.error());
    all.push_back(std::move(*view));
  }
  return context.list("campaigns", all, {"id", "account", "name", "status", "mode", "code", "currency", "target_url"});
}

}  // namespace

void add_campaign(Command app, Context& context) {
  Command noun = app.add_noun("campaign", "Campaigns; Selgeo's programs, AffSpace's and Affily's offers");
  const auto chosen = [&context](std::shared_ptr<Options> options, Verb verb) {
    return [&context, options, verb] {
      context.choose([&context, options, verb] { return run(context, *options, verb); });
    };
  };

  Command creating = noun.add_verb("create", "Make a campaign",
                                   "campaign create --account acc_01h… --name 'Summer Sale' \\\n"
                                   "    --target https://shop.example/summer --commission 10% --window 30d --hold 7d");
  auto made = std::make_shared<Options>();
  creating.add_option("--account", made->account, "acc_…").required();
  add_mode(creating, made->mode);
  add_fields(creating, *made, true);
  creating.callback(chosen(made, Verb::create));

  Command setting =
      noun.add_verb("set", "Change a campaign; what is not named stays, past conversions keep their terms",
                    "campaign set cmp_01h… --status paused --commission 12.5% --goal lead=2.00");
  setting.alias("update");
  auto changed = std::make_shared<Options>();
  setting.add_option("id", changed->id, "cmp_…, prg_… or off_…").required();
  add_fields(setting, *changed, false);
  setting.add_option("--end-goal", changed->ended_goals, "The goal is paid as every other again. May be repeated")
      .one_value_each_time();
  setting.callback(chosen(changed, Verb::set));

  Command showing = noun.add_verb("show", "One campaign with its terms", "campaign show cmp_01h…");
  auto shown = std::make_shared<Options>();
  showing.add_option("id", shown->id, "cmp_…, prg_… or off_…").required();
  showing.callback(chosen(shown, Verb::show));

  Command listing = noun.add_verb("list", "Campaigns, newest first; deleted ones only by --status deleted",
                                  "campaign list --account acc_01h… --status active");
  auto listed = std::make_shared<ListOptions>();
  listing.add_option("--account", listed->account, "acc_…; default: of all");
  listing.add_option("--mode", listed->mode, "live or test").choose_from({"live", "test"});
  listing.add_option("--status", listed->status, "draft, active, paused, archived or deleted")
      .choose_from({"draft", "active", "paused", "archived", "deleted"});
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });
}

}  // namespace footfall::core
