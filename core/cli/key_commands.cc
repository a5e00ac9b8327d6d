// `create` prints a new key's value, once. `import` takes a value as an argument or, with "-", from standard input, so
// that it stays out of the shell's history. `limits` without a --limit shows the present ones.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <iostream>
#include <memory>

#include "core/actions/keys.h"
#include "core/actions/reading/accounts.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

struct Options {
  std::string id, account, kind, name, value;
  std::string mode = "live";
  std::vector<std::string> limits, origins;
};

Result<KeyLimits> read_limits(const std::vector<std::string>& texts) {
  KeyLimits limits;
  for (const auto& text : texts) {
    auto pair = parse_pair(text, "clicks=5000");
    if (!pair) return Failure(pair.error());
    const auto& [zone, figure] = *pair;
    if (figure == "default") {
      limits[zone] = std::nullopt;
      continue;
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(figure.data(), figure.data() + figure.size(), number);
    if (error != std::errc{} || end != figure.data() + figure.size()) {
      return invalid("\"" + figure + "\" is not a number of requests per minute, nor default");
    }
    limits[zone] = number;
  }
  return limits;
}

Result<NewKey> read_key(const Options& options) {
  auto limits = read_limits(options.limits);
  if (!limits) return Failure(limits.error());
  return NewKey{options.account, parse_key_kind(options.kind).value(), mode_of(options.mode), options.name, *limits,
                options.origins};
}

Result<void> create(Context& context, const Options& options) {
  auto key = read_key(options);
  if (!key) return Failure(key.error());
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto created = create_key(**database, context.caller(), *key);
  if (!created) return Failure(created.error());
  auto view = key_view(created->row);
  view["value"] = created->value;
  return context.show(view);
}

Result<void> import(Context& context, const Options& options) {
  auto key = read_key(options);
  if (!key) return Failure(key.error());
  std::string value = options.value;
  if (value == "-" && !std::getline(std::cin, value)) return invalid("standard input holds no key");
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = import_key(**database, context.caller(), *key, trim(value));
  if (!row) return Failure(row.error());
  return context.show(key_view(*row));
}

Result<void> revoke(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = revoke_key(**database, context.caller(), options.id);
  if (!row) return Failure(row.error());
  return context.show(key_view(*row));
}

Result<void> rotate(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto made = rotate_key(**database, context.caller(), options.id);
  if (!made) return Failure(made.error());
  boost::json::object view = key_view(made->row);
  view["value"] = made->value;
  return context.show(view);
}

Result<void> limit(Context& context, const Options& options) {
  auto limits = read_limits(options.limits);
  if (!limits) return Failure(limits.error());
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = limits->empty() ? read_key(**database, context.caller(), options.id)
                             : set_key_limits(**database, context.caller(), options.id, *limits);
  if (!row) return Failure(row.error());
  return context.show(key_view(*row));
}

// The word "any" alone takes all away.
Result<void> origins(Context& context, const Options& options) {
  const bool any = options.origins.size() == 1 && options.origins.front() == "any";
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = options.origins.empty() ? read_key(**database, context.caller(), options.id)
                                     : set_key_origins(**database, context.caller(), options.id,
                                                       any ? std::vector<std::string>() : options.origins);
  if (!row) return Failure(row.error());
  return context.show(key_view(*row));
}

Result<void> list(Context& context, const Options& options, const Paging& paging) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto rows = read_keys(**database, context.caller(), {options.account, "", ""}, paging.limit, paging.offset);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const auto& row : *rows) all.push_back(key_view(row));
  return context.list("keys", all, {"id", "account", "kind", "mode", "name", "shown", "limits", "revoked_at"});
}

void add_key_options(Command verb, Options& options) {
  verb.add_option("--account", options.account, "acc_…").required();
  verb.add_option("--kind", options.kind, "public (Selgeo's tracking) or secret")
      .choose_from({"public", "secret"})
      .required();
  add_mode(verb, options.mode);
  verb.add_option("--name", options.name, "For people, such as Production");
  verb.add_option("--limit", options.limits, "Requests per minute in a zone, such as clicks=100000. May be repeated")
      .one_value_each_time();
  verb.add_option("--origin", options.origins, "A host on whose pages a public key reports clicks; see key origins")
      .one_value_each_time();
}

}  // namespace

void add_key(Command app, Context& context) {
  Command noun = app.add_noun("key", "API keys: their values are shown once and stored as hashes");

  Command creating = noun.add_verb("create", "Make a key and print its value, now and never again",
                                   "key create --account acc_01h… --kind public --mode live --limit clicks=100000");
  auto made = std::make_shared<Options>();
  add_key_options(creating, *made);
  creating.callback([&context, made] { context.choose([&context, made] { return create(context, *made); }); });

  Command importing = noun.add_verb("import", "Take over a customer's own key, so that its clients need no change",
                                    "key import --account acc_01h… --kind secret --value - < key.txt");
  auto taken = std::make_shared<Options>();
  add_key_options(importing, *taken);
  importing.add_option("--value", taken->value, "The key; - reads it from standard input, out of sight of ps")
      .required();
  importing.callback([&context, taken] { context.choose([&context, taken] { return import(context, *taken); }); });

  Command revoking =
      noun.add_verb("revoke", "End a key, for ever; edges refuse it within a second", "key revoke key_01h…");
  auto ended = std::make_shared<Options>();
  revoking.add_option("id", ended->id, "key_…").required();
  revoking.callback([&context, ended] { context.choose([&context, ended] { return revoke(context, *ended); }); });

  Command rotating = noun.add_verb("rotate", "Put a new key in the place of one, which ends; prints its value, once",
                                   "key rotate key_01h…");
  auto renewed = std::make_shared<Options>();
  rotating.add_option("id", renewed->id, "key_…").required();
  rotating.callback([&context, renewed] { context.choose([&context, renewed] { return rotate(context, *renewed); }); });

  Command limiting = noun.add_verb("limits", "Show or change a key's limits",
                                   "key limits key_01h… --limit clicks=5000 --limit conversions=default");
  auto limited = std::make_shared<Options>();
  limiting.add_option("id", limited->id, "key_…").required();
  limiting.add_option("--limit", limited->limits, "zone=requests per minute, or zone=default. May be repeated")
      .one_value_each_time();
  limiting.callback([&context, limited] { context.choose([&context, limited] { return limit(context, *limited); }); });

  Command placing = noun.add_verb(
      "origins", "Show or say anew on which hosts' pages a public key reports clicks; others do not count",
      "key origins key_01h… --origin shop.example --origin '*.shop.example'");
  auto placed = std::make_shared<Options>();
  placing.add_option("id", placed->id, "key_…").required();
  placing.add_option("--origin", placed->origins, "shop.example, shop.example:8443 or *.shop.example; any: no matter")
      .one_value_each_time();
  placing.callback([&context, placed] { context.choose([&context, placed] { return origins(context, *placed); }); });

  Command listing = noun.add_verb("list", "Keys, newest first, revoked ones too", "key list --account acc_01h…");
  auto listed = std::make_shared<Options>();
  auto paging = std::make_shared<Paging>();
  listing.add_option("--account", listed->account, "acc_…; default: of all");
  add_paging(listing, *paging);
  listing.callback([&context, listed, paging] {
    context.choose([&context, listed, paging] { return list(context, *listed, *paging); });
  });
}

}  // namespace footfall::core
