#include "core/actions/promos.h"

#include "core/actions/checks.h"
#include "core/actions/membership.h"
#include "core/actions/record_change.h"
#include "core/domain/codes.h"
#include "core/domain/event_types.h"
#include "core/domain/identifiers.h"
#include "core/storage/row_reader.h"

namespace footfall::core {

Result<PromoRow> create_promo(Database& database, const Caller& caller, const NewPromo& promo) {
  const std::string code = tidy_identifier(promo.code);
  if (auto good = check_promo_code(code); !good) return about("code", good.error());
  return database.transaction<PromoRow>([&]() -> Result<PromoRow> {
    auto campaign = load_campaign(database, caller.scope(), promo.campaign);
    if (!campaign) return Failure(campaign.error());
    auto member = load_member(database, caller, *campaign, promo.affiliate);
    if (!member) return Failure(member.error());
    PromoRow row;
    row.public_id = wire::new_public_id("prm_");
    row.account = campaign->account;
    row.mode = campaign->mode;
    row.code = code;
    row.campaign = campaign->id;
    row.campaign_public_id = campaign->public_id;
    row.affiliate = member->id;
    row.affiliate_public_id = member->public_id;
    auto inserted = insert_promo(database, row);
    if (!inserted && violates(inserted.error(), "promo_codes_account_id")) {
      return taken("code_taken", "the account has a promotion with the code \"" + row.code +
                                     "\" already; choose another, or enable that one");
    }
    if (!inserted) return Failure(inserted.error());
    ChangeDetails details;
    details.add("campaign", campaign->public_id).add("affiliate", member->public_id).add("code", row.code);
    auto recorded = record_change(
        database, caller, {row.account, row.mode, "promo.create", row.public_id, details, event::kPromoCreated});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

Result<PromoRow> set_promo_status(Database& database, const Caller& caller, std::string_view public_id,
                                  std::string_view status) {
  const auto chosen = parse_choice("the status", status, {"active", "disabled"});
  if (!chosen) return about("status", chosen.error());
  return database.transaction<PromoRow>([&]() -> Result<PromoRow> {
    auto row = load_promo(database, caller.scope(), public_id, true);
    if (!row || row->status == *chosen) return row;
    if (auto stored = store_promo_status(database, row->id, *chosen); !stored) return Failure(stored.error());
    ChangeDetails details;
    details.add("from", row->status).add("to", *chosen);
    row->status = *chosen;
    auto recorded = record_change(
        database, caller, {row->account, row->mode, "promo.status", row->public_id, details, event::kPromoUpdated});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

}  // namespace footfall::core
