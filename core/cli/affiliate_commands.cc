// Each verb of `affiliate` has one function that calls one action and prints its result. `list` with --campaign shows
// the enrolment beside the affiliate.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/affiliates.h"
#include "core/actions/join_affiliate.h"
#include "core/actions/password_reset.h"
#include "core/actions/reading/affiliates.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/money.h"

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

Result<void> erase(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = erase_affiliate(**database, context.caller(), id);
  if (!row) return Failure(row.error());
  return context.show(affiliate_view(*row));
}

Result<void> reset_link(Context& context, const std::string& email) {
  auto site = context.site();
  if (!site) return Failure(site.error());
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto made = make_password_reset(**database, context.caller(), email);
  if (!made) return Failure(made.error());
  return context.show({{"user", made->user.public_id},
                       {"email", made->user.email},
                       {"reset_link", site->page_url("/portal/reset?token=" + made->token)}});
}

// Clicks, conversions, and the money of each currency.
void add_figures(boost::json::object& view, const AffiliateFigures& figures) {
  boost::json::array money;
  for (const auto& [currency, sums] : figures.money) {
    const int exponent = currency_exponent(currency).value_or(2);
    money.push_back(boost::json::object{{"currency", currency},
                                        {"sales", format_minor(sums.sales_minor, exponent)},
                                        {"pending", format_minor(sums.pending_minor, exponent)},
                                        {"approved", format_minor(sums.approved_minor, exponent)},
                                        {"paid", format_minor(sums.paid_minor, exponent)}});
  }
  view["clicks"] = figures.clicks;
  view["conversions"] = figures.conversions;
  view["money"] = std::move(money);
}

struct ListOptions {
  OwnerIds owners;
  std::optional<std::string> status;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  AffiliateFilter filter;
  filter.status = options.status;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto listed = read_affiliates(**database, context.caller(), filter, options.owners);
  if (!listed) return Failure(listed.error());
  const bool of_campaign = !options.owners.campaign.empty();
  boost::json::array all;
  for (const ListedAffiliate& one : *listed) {
    auto view = affiliate_view(one.affiliate);
    if (of_campaign) {
      view["enrolment"] = one.enrolment ? boost::json::value(enrolment_view(*one.enrolment)) : boost::json::value();
    }
    add_figures(view, one.figures);
    all.push_back(std::move(view));
  }
  if (of_campaign) {
    return context.list("affiliates", all,
                        {"id", "email", "name", "status", "enrolment.status", "enrolment.code", "enrolment.joined_at",
                         "clicks", "conversions"});
  }
  return context.list("affiliates", all,
                      {"id", "account", "mode", "email", "name", "status", "created_at", "clicks", "conversions"});
}

Result<void> show(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto details = read_affiliate(**database, context.caller(), id);
  if (!details) return Failure(details.error());
  auto view = affiliate_view(details->affiliate);
  add_figures(view, details->figures);
  boost::json::array enrolments, links;
  for (const EnrolmentRow& enrolment : details->enrolments) enrolments.push_back(enrolment_view(enrolment));
  for (const LinkRow& link : details->links) links.push_back(link_view(link));
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

void add_changes(Command noun, Context& context) {
  Command setting = noun.add_verb("set", "Change name or address", "affiliate set aff_01h… --name 'Jane Doe'");
  setting.alias("update");
  auto changed = std::make_shared<ChangeOptions>();
  setting.add_option("id", changed->id, "aff_…").required();
  setting.add_option("--email", changed->fields.email, "New address");
  setting.add_option("--name", changed->fields.name, "New name");
  setting.callback(chosen(context, changed, set));

  Command standing =
      noun.add_verb("set-status",
                    "Change the standing, in one campaign (pending, active, rejected, suspended, removed) or "
                    "everywhere (active, suspended)",
                    "affiliate set-status aff_01h… suspended --campaign cmp_01h…");
  auto moved = std::make_shared<ChangeOptions>();
  standing.add_option("id", moved->id, "aff_…").required();
  standing.add_option("status", moved->status, "The new standing").required();
  standing.add_option("--campaign", moved->campaign, "Only there; default: everywhere");
  standing.callback(chosen(context, moved, set_status));

  Command removing = noun.add_verb("remove", "Take out of a campaign; links go on redirecting and credit nobody",
                                   "affiliate remove aff_01h… --campaign cmp_01h…");
  auto removed = std::make_shared<ChangeOptions>();
  removed->status = "removed";
  removing.add_option("id", removed->id, "aff_…").required();
  removing.add_option("--campaign", removed->campaign, "cmp_…, prg_… or off_…").required();
  removing.callback(chosen(context, removed, set_status));
}

}  // namespace

void add_affiliate(Command app, Context& context) {
  Command noun = app.add_noun("affiliate", "Affiliates (Selgeo's partners) and their place in campaigns");

  Command erasing =
      noun.add_verb("erase", "Blank name and address for good (GDPR); links credit nobody, what was earned stays",
                    "affiliate erase aff_01h…");
  auto erased = std::make_shared<std::string>();
  erasing.add_option("id", *erased, "aff_…").required();
  erasing.callback([&context, erased] { context.choose([&context, erased] { return erase(context, *erased); }); });

  Command joining = noun.add_verb("join", "Put an affiliate into a campaign, without an invitation, and make its link",
                                  "affiliate join --campaign cmp_01h… --email jane@example.com --code summer-jane");
  auto joined = std::make_shared<JoinRequest>();
  joining.add_option("--campaign", joined->campaign, "cmp_…, prg_… or off_…").required();
  joining.add_option("--email", joined->email, "Whom; a known address joins as the affiliate it is").required();
  joining.add_option("--name", joined->name, "Name");
  joining.add_option("--status", joined->status, "active, pending, suspended or rejected").show_default();
  joining.add_option("--code", joined->code, "Of its short link; default: made up");
  joining.add_option("--target", joined->target_url, "Where its link leads; default: the campaign's target");
  joining.callback([&context, joined] { context.choose([&context, joined] { return join(context, *joined); }); });

  add_invitations(noun, context);

  Command resetting =
      noun.add_verb("reset-link", "Make a link by which somebody sets a new password for the portal; good for an hour",
                    "affiliate reset-link jane@example.com");
  auto forgetful = std::make_shared<std::string>();
  resetting.add_option("email", *forgetful, "Whose").required();
  resetting.callback(
      [&context, forgetful] { context.choose([&context, forgetful] { return reset_link(context, *forgetful); }); });

  Command listing = noun.add_verb("list", "Affiliates, newest first", "affiliate list --campaign cmp_01h…");
  auto listed = std::make_shared<ListOptions>();
  listing.add_option("--account", listed->owners.account, "acc_…");
  listing.add_option("--campaign", listed->owners.campaign, "Only those in it, with their standing there");
  listing.add_option("--status", listed->status, "active, suspended or erased")
      .choose_from({"active", "suspended", "erased"});
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });

  Command showing = noun.add_verb("show", "One affiliate with campaigns and links", "affiliate show aff_01h…");
  auto shown = std::make_shared<std::string>();
  showing.add_option("id", *shown, "aff_…").required();
  showing.callback([&context, shown] { context.choose([&context, shown] { return show(context, *shown); }); });

  add_changes(noun, context);
}

}  // namespace footfall::core
