// The verbs of `affiliate` that are about invitations. A link is printed once, where it is made, for its token is kept
// nowhere.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "core/actions/invitations.h"
#include "core/actions/reading/invitations.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

struct Options {
  std::string campaign, email, id;
  Paging paging;
};

Result<void> invite(Context& context, const Options& options) {
  auto site = context.site();
  if (!site) return Failure(site.error());
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto made = invite_affiliate(**database, context.caller(), options.campaign, options.email, Entered::are_invited);
  if (!made) return Failure(made.error());
  return context.show({{"id", made->public_id},
                       {"campaign", made->campaign.public_id},
                       {"email", made->email},
                       {"invite_link", site->invitation_url(made->campaign.slug, made->token)},
                       {"expires_at", time_view(made->expires_us)}});
}

Result<void> list(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto found = read_open_invitations(**database, context.caller(), options.campaign, options.paging.limit,
                                     options.paging.offset);
  if (!found) return Failure(found.error());
  boost::json::array all;
  for (const InvitationRow& row : found->rows) {
    all.push_back(boost::json::object{{"id", row.public_id},
                                      {"campaign", found->campaign.public_id},
                                      {"email", row.email},
                                      {"created_at", time_view(row.created_us)},
                                      {"expires_at", time_view(row.expires_us)}});
  }
  return context.list("invitations", all, {"id", "email", "created_at", "expires_at"});
}

Result<void> uninvite(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (auto revoked = revoke_invitation(**database, context.caller(), options.campaign, options.id); !revoked) {
    return revoked;
  }
  return context.show({{"id", options.id}, {"status", "revoked"}});
}

}  // namespace

void add_invitations(Command noun, Context& context) {
  const auto add = [&](const char* name, const char* help, const char* example, auto run) {
    Command verb = noun.add_verb(name, help, example);
    auto options = std::make_shared<Options>();
    verb.add_option("--campaign", options->campaign, "cmp_…, prg_… or off_…").required();
    verb.callback(
        [&context, options, run] { context.choose([&context, options, run] { return run(context, *options); }); });
    return std::pair(verb, options);
  };
  auto [inviting, invited] =
      add("invite", "Make a link by which somebody joins a campaign; shown once, good for 7 days",
          "affiliate invite --campaign cmp_01h… --email jane@example.com", invite);
  inviting.add_option("--email", invited->email, "Whom; another open invitation of the address is voided").required();

  auto [listing, listed] = add("invitations", "Invitations into a campaign that are open, newest first",
                               "affiliate invitations --campaign cmp_01h…", list);
  add_paging(listing, listed->paging);

  auto [revoking, revoked] = add("uninvite", "Take back an invitation; its link says so",
                                 "affiliate uninvite inv_01h… --campaign cmp_01h…", uninvite);
  revoking.add_option("id", revoked->id, "inv_…").required();
}

}  // namespace footfall::core
