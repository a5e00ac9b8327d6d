// A link is named by its id, by HOST/CODE, or by CODE where one host alone has it. `delete` is `set` with a final
// status.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <memory>

#include "core/actions/links.h"
#include "core/actions/reading/links.h"
#include "core/cli/link_qr.h"
#include "core/cli/local_time.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

struct Options {
  std::string reference;
  NewLink link;
  std::optional<std::string> target, fallback, starts, expires, cap;
  std::vector<std::string> rules;
};

void add_fields(Command verb, Options& options) {
  verb.add_option("--target", options.target, "Where it leads; none: to the campaign's target");
  verb.add_option("--fallback", options.fallback,
                  "Where it leads before its start and once expired or capped; none: the campaign's, else a page");
  verb.add_option("--rule", options.rules,
                  "A further target: 'device=mobile,tablet,ios,android,desktop country=DE,AT weight=3 URL', conditions "
                  "and weight optional. The first that holds decides, those of the same conditions by weight. May be "
                  "repeated; replaces all; none: removes them")
      .one_value_each_time();
  verb.add_option("--starts", options.starts, "2026-12-01T00:00:00Z, or now");
  verb.add_option("--expires", options.expires, "2026-12-31T23:59:59Z, or never");
  verb.add_option("--click-cap", options.cap, "Human clicks after which it counts as expired, or none");
  verb.add_option("--status", options.link.fields.status, "active, paused or archived");
}

Result<std::optional<std::int64_t>> read_cap(const std::string& text) {
  if (text == "none") return std::optional<std::int64_t>();
  std::int64_t cap = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cap);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return invalid("\"" + text + "\" is neither a number of clicks nor none");
  }
  return std::optional(cap);
}

// `campaign`: of the link, whose account's time zone a date is read in.
Result<void> read_fields(Context& context, Options& options, const std::string& campaign) {
  auto& fields = options.link.fields;
  fields.target_url = clearable(options.target);
  fields.fallback_url = clearable(options.fallback);
  if (!options.rules.empty()) {
    const bool none = options.rules.size() == 1 && options.rules.front() == "none";
    fields.targets = none ? std::vector<std::string>() : options.rules;
  }
  if (options.cap) {
    auto cap = read_cap(*options.cap);
    if (!cap) return Failure(cap.error());
    fields.click_cap = *cap;
  }
  if (!options.starts && !options.expires) return {};
  auto account = account_of_campaign(context, campaign);
  if (!account) return Failure(account.error());
  if (options.starts) {
    auto time = read_local_time(context, *account, *options.starts, "now");
    if (!time) return Failure(time.error());
    fields.starts_us = *time;
  }
  if (options.expires) {
    auto time = read_local_time(context, *account, *options.expires, "never");
    if (!time) return Failure(time.error());
    fields.expires_us = *time;
  }
  return {};
}

Result<void> create(Context& context, Options& options) {
  if (auto read = read_fields(context, options, options.link.campaign); !read) return read;
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = create_link(**database, context.caller(), options.link);
  if (!row) return Failure(row.error());
  return context.show(link_view(*row));
}

Result<void> change(Context& context, Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto found = read_link(**database, context.caller(), options.reference);
  if (!found) return Failure(found.error());
  if (auto read = read_fields(context, options, found->campaign_public_id); !read) return read;
  auto row = update_link(**database, context.caller(), found->public_id, options.link.fields);
  if (!row) return Failure(row.error());
  return context.show(link_view(*row));
}

Result<void> show(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = read_link(**database, context.caller(), options.reference);
  if (!row) return Failure(row.error());
  return context.show(link_view(*row));
}

struct ListOptions {
  OwnerIds owners;
  std::optional<std::string> status;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  LinkFilter filter;
  filter.status = options.status;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto rows = read_links(**database, context.caller(), filter, options.owners);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const auto& row : *rows) all.push_back(link_view(row));
  return context.list("links", all,
                      {"id", "short_link", "campaign", "affiliate", "status", "target_url", "expires_at"});
}

}  // namespace

void add_link(Command app, Context& context) {
  Command noun = app.add_noun("link", "Short links. REF is lnk_…, a code, or HOST/CODE");

  Command creating = noun.add_verb("create", "Make a link beside the one that joining makes",
                                   "link create --campaign cmp_01h… --affiliate aff_01h… --code summer-jane-2");
  auto made = std::make_shared<Options>();
  creating.add_option("--campaign", made->link.campaign, "cmp_…, prg_… or off_…").required();
  creating.add_option("--affiliate", made->link.affiliate, "aff_…; default: the merchant's own, crediting nobody");
  creating.add_option("--code", made->link.code, "Default: made up");
  add_fields(creating, *made);
  creating.callback([&context, made] { context.choose([&context, made] { return create(context, *made); }); });

  Command setting = noun.add_verb("set", "Change a link; what is not named stays. Edges follow within a second",
                                  "link set summer-jane --target https://shop.example/new --status active");
  setting.alias("update");
  auto changed = std::make_shared<Options>();
  setting.add_option("ref", changed->reference, "lnk_…, CODE or HOST/CODE").required();
  add_fields(setting, *changed);
  setting.callback([&context, changed] { context.choose([&context, changed] { return change(context, *changed); }); });

  Command deleting = noun.add_verb("delete", "Answer 404 from now on, for ever, and free the code",
                                   "link delete c.example.com/summer-jane");
  auto deleted = std::make_shared<Options>();
  deleted->link.fields.status = "deleted";
  deleting.add_option("ref", deleted->reference, "lnk_…, CODE or HOST/CODE").required();
  deleting.callback([&context, deleted] { context.choose([&context, deleted] { return change(context, *deleted); }); });

  Command showing = noun.add_verb("show", "One link", "link show summer-jane");
  auto shown = std::make_shared<Options>();
  showing.add_option("ref", shown->reference, "lnk_…, CODE or HOST/CODE").required();
  showing.callback([&context, shown] { context.choose([&context, shown] { return show(context, *shown); }); });

  add_link_qr(noun, context);

  Command listing = noun.add_verb("list", "Links, newest first; deleted ones only by --status deleted",
                                  "link list --campaign cmp_01h… --affiliate aff_01h…");
  auto listed = std::make_shared<ListOptions>();
  listing.add_option("--account", listed->owners.account, "acc_…");
  listing.add_option("--campaign", listed->owners.campaign, "cmp_…, prg_… or off_…");
  listing.add_option("--affiliate", listed->owners.affiliate, "aff_…");
  listing.add_option("--status", listed->status, "active, paused, archived or deleted")
      .choose_from({"active", "paused", "archived", "deleted"});
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });
}

}  // namespace footfall::core
