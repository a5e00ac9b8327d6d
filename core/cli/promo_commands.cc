#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "core/actions/promos.h"
#include "core/actions/reading/links.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

Result<void> create(Context& context, const NewPromo& promo) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = create_promo(**database, context.caller(), promo);
  if (!row) return Failure(row.error());
  return context.show(promo_view(*row));
}

Result<void> set_status(Context& context, const std::string& id, const char* status) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = set_promo_status(**database, context.caller(), id, status);
  if (!row) return Failure(row.error());
  return context.show(promo_view(*row));
}

struct ListOptions {
  OwnerIds owners;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  PromoFilter filter;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto rows = read_promos(**database, context.caller(), filter, options.owners);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const auto& row : *rows) all.push_back(promo_view(row));
  return context.list("promos", all, {"id", "code", "campaign", "affiliate", "mode", "status", "created_at"});
}

}  // namespace

void add_promo(Command app, Context& context) {
  Command noun = app.add_noun("promo", "Promotion codes: they credit an affiliate without a click");

  Command creating = noun.add_verb("create", "Give an affiliate a promotion code",
                                   "promo create --campaign prg_01h… --affiliate aff_01h… --code SAVE10");
  auto made = std::make_shared<NewPromo>();
  creating.add_option("--campaign", made->campaign, "cmp_…, prg_… or off_…").required();
  creating.add_option("--affiliate", made->affiliate, "aff_…, in the campaign").required();
  creating.add_option("--code", made->code, "Unique in its account and mode, in any case").required();
  creating.callback([&context, made] { context.choose([&context, made] { return create(context, *made); }); });

  Command listing = noun.add_verb("list", "Promotions, newest first", "promo list --campaign prg_01h…");
  auto listed = std::make_shared<ListOptions>();
  listing.add_option("--account", listed->owners.account, "acc_…");
  listing.add_option("--campaign", listed->owners.campaign, "cmp_…, prg_… or off_…");
  listing.add_option("--affiliate", listed->owners.affiliate, "aff_…");
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });

  for (const auto& [name, status, help, example] :
       {std::tuple{"disable", "disabled", "Stop a code from crediting", "promo disable prm_01h…"},
        std::tuple{"enable", "active", "Let a disabled code credit again", "promo enable prm_01h…"}}) {
    Command verb = noun.add_verb(name, help, example);
    auto id = std::make_shared<std::string>();
    verb.add_option("id", *id, "prm_…").required();
    verb.callback(
        [&context, id, to = status] { context.choose([&context, id, to] { return set_status(context, *id, to); }); });
  }
}

}  // namespace footfall::core
