#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/affiliates.h"
#include "core/actions/join_affiliate.h"
#include "core/cli/filters.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/storage/enrolments.h"
#include "core/storage/links.h"

namespace footfall::core {
namespace {

Result<void> join(Context& context, const JoinRequest& request) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto joined = join_affiliate(**database, context.caller(), request);
  if (!joined) return Failure(joined.error());
  return context.show({{"affiliate", affiliate_view(joined->affiliate)},
                       {"enrolment", enrolment_view(joined->enrolment)},
                       {"link", link_view(joined->link)}});
}

struct ListOptions {
  OwnerOptions owners;
  std::optional<std::string> status;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto owners = find_owners(**database, context.caller().scope(), options.owners);
  if (!owners) return Failure(owners.error());
  const auto& paging = options.paging;
  auto rows =
      list_affiliates(**database, {owners->account, owners->campaign, options.status, paging.limit, paging.offset});
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const auto& row : *rows) {
    auto view = affiliate_view(row);
    if (owners->campaign) {
      auto enrolment = find_enrolment(**database, owners->campaign, row.id);
      if (!enrolment) return Failure(enrolment.error());
      view["enrolment"] = *enrolment ? boost::json::value(enrolment_view(**enrolment)) : boost::json::value();
    }
    all.push_back(std::move(view));
  }
  if (owners->campaign) {
    return context.list("affiliates", all,
                        {"id", "email", "name", "status", "enrolment.status", "enrolment.code", "enrolment.joined_at"});
  }
  return context.list("affiliates", all, {"id", "account", "mode", "email", "name", "status", "created_at"});
}

Result<void> show(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = load_affiliate(**database, context.caller().scope(), id);
  if (!row) return Failure(row.error());
  auto view = affiliate_view(*row);
  boost::json::array enrolments, links;
  for (const char* status : {"active", "pending", "suspended", "rejected", "removed"}) {
    auto found = list_enrolments(**database, {{}, row->id, status, 1000, 0});
    if (!found) return Failure(found.error());
    for (const auto& enrolment : *found) enrolments.push_back(enrolment_view(enrolment));
  }
  auto found = list_links(**database, {{}, {}, row->id, {}, 1000, 0});
  if (!found) return Failure(found.error());
  for (const auto& link : *found) links.push_back(link_view(link));
  view["enrolments"] = std::move(enrolments);
  view["links"] = std::move(links);
  return context.show(view);
}

struct ChangeOptions {
  std::string id, campaign, status;
  AffiliateFields fields;
};

Result<void> set(Context& context, const ChangeOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = update_affiliate(**database, context.caller(), options.id, options.fields);
  if (!row) return Failure(row.error());
  return context.show(affiliate_view(*row));
}

Result<void> set_status(Context& context, const ChangeOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (options.campaign.empty()) {
    auto row = set_affiliate_status(**database, context.caller(), options.id, options.status);
    if (!row) return Failure(row.error());
    return context.show(affiliate_view(*row));
  }
  auto row = set_enrolment_status(**database, context.caller(), options.campaign, options.id, options.status);
  if (!row) return Failure(row.error());
  return context.show(enrolment_view(*row));
}

template <typename Run>
auto chosen(Context& context, std::shared_ptr<ChangeOptions> options, Run run) {
  return [&context, options, run] { context.choose([&context, options, run] { return run(context, *options); }); };
}

void add_changes(CLI::App& noun, Context& context) {
  auto& setting = add_verb(noun, "set", "Change name or address", "affiliate set aff_01h… --name 'Jane Doe'");
  setting.alias("update");
  auto changed = std::make_shared<ChangeOptions>();
  setting.add_option("id", changed->id, "aff_…")->required();
  setting.add_option("--email", changed->fields.email, "New address");
  setting.add_option("--name", changed->fields.name, "New name");
  setting.callback(chosen(context, changed, set));

  auto& standing = add_verb(noun, "set-status",
                            "Change the standing, in one campaign (pending, active, rejected, suspended, removed) or "
                            "everywhere (active, suspended)",
                            "affiliate set-status aff_01h… suspended --campaign cmp_01h…");
  auto moved = std::make_shared<ChangeOptions>();
  standing.add_option("id", moved->id, "aff_…")->required();
  standing.add_option("status", moved->status, "The new standing")->required();
  standing.add_option("--campaign", moved->campaign, "Only there; default: everywhere");
  standing.callback(chosen(context, moved, set_status));

  auto& removing = add_verb(noun, "remove", "Take out of a campaign; links go on redirecting and credit nobody",
                            "affiliate remove aff_01h… --campaign cmp_01h…");
  auto removed = std::make_shared<ChangeOptions>();
  removed->status = "removed";
  removing.add_option("id", removed->id, "aff_…")->required();
  removing.add_option("--campaign", removed->campaign, "cmp_…, prg_… or off_…")->required();
  removing.callback(chosen(context, removed, set_status));
}

}  // namespace

void add_affiliate(CLI::App& app, Context& context) {
  auto& noun = add_noun(app, "affiliate", "Affiliates (Selgeo's partners) and their place in campaigns");

  auto& joining = add_verb(noun, "join", "Put an affiliate into a campaign, without an invitation, and make its link",
                           "affiliate join --campaign cmp_01h… --email jane@example.com --code summer-jane");
  auto joined = std::make_shared<JoinRequest>();
  joining.add_option("--campaign", joined->campaign, "cmp_…, prg_… or off_…")->required();
  joining.add_option("--email", joined->email, "Whom; a known address joins as the affiliate it is")->required();
  joining.add_option("--name", joined->name, "Name");
  joining.add_option("--status", joined->status, "active, pending, suspended or rejected")->capture_default_str();
  joining.add_option("--code", joined->code, "Of its short link; default: made up");
  joining.add_option("--target", joined->target_url, "Where its link leads; default: the campaign's target");
  joining.callback([&context, joined] { context.choose([&context, joined] { return join(context, *joined); }); });

  auto& listing = add_verb(noun, "list", "Affiliates, newest first", "affiliate list --campaign cmp_01h…");
  auto listed = std::make_shared<ListOptions>();
  listing.add_option("--account", listed->owners.account, "acc_…");
  listing.add_option("--campaign", listed->owners.campaign, "Only those in it, with their standing there");
  listing.add_option("--status", listed->status, "active, suspended or erased");
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });

  auto& showing = add_verb(noun, "show", "One affiliate with campaigns and links", "affiliate show aff_01h…");
  auto shown = std::make_shared<std::string>();
  showing.add_option("id", *shown, "aff_…")->required();
  showing.callback([&context, shown] { context.choose([&context, shown] { return show(context, *shown); }); });

  add_changes(noun, context);
}

}  // namespace footfall::core
