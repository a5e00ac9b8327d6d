#include "core/actions/affiliates.h"
#include "core/actions/checks.h"
#include "core/actions/fresh_code.h"
#include "core/domain/codes.h"
#include "core/storage/accounts.h"
#include "core/storage/campaigns.h"

namespace footfall::core {
namespace {

Result<AffiliateRow> find_or_make(Database& database, const CampaignRow& campaign, const Joining& joining) {
  auto found = find_affiliate_by_email(database, campaign.account, campaign.mode, joining.email);
  if (!found) return Failure(found.error());
  if (*found) {
    if ((*found)->status == "erased") return taken("participant_erased", "the affiliate's data was erased");
    return **found;
  }
  AffiliateRow row;
  row.public_id = wire::new_public_id("aff_");
  row.account = campaign.account;
  row.account_public_id = campaign.account_public_id;
  row.mode = campaign.mode;
  row.email = joining.email;
  row.name = joining.name.value_or("");
  if (auto inserted = insert_affiliate(database, row); !inserted) return Failure(inserted.error());
  return row;
}

// The link of before, or a new one: links may have been deleted since.
Result<LinkRow> link_of(Database& database, const CampaignRow& campaign, const AffiliateRow& affiliate,
                        const EnrolmentRow& enrolment, const std::optional<std::string>& target_url) {
  LinkFilter filter;
  filter.campaign = campaign.id;
  filter.affiliate = affiliate.id;
  auto links = list_links(database, filter);
  if (!links) return Failure(links.error());
  for (const auto& link : *links) {
    if (fold_code(link.code) == fold_code(enrolment.code)) return link;
  }
  auto account = load_account(database, campaign.account);
  if (!account) return Failure(account.error());
  LinkRow row;
  row.public_id = wire::new_public_id("lnk_");
  row.account = campaign.account;
  row.mode = campaign.mode;
  row.host = account->link_host;
  row.code = enrolment.code;
  row.campaign = campaign.id;
  row.campaign_public_id = campaign.public_id;
  row.affiliate = affiliate.id;
  row.affiliate_public_id = affiliate.public_id;
  row.target_url = target_url;
  if (auto inserted = insert_link(database, row); !inserted) return Failure(inserted.error());
  return row;
}

Result<EnrolmentRow> enrol(Database& database, const CampaignRow& campaign, const AffiliateRow& affiliate,
                           const Joining& joining, int attempt) {
  auto known = find_enrolment(database, campaign.id, affiliate.id, true);
  if (!known) return Failure(known.error());
  if (*known) {
    const EnrolmentRow& before = **known;
    if (before.status != "removed" && before.status != "rejected") {
      return taken("already_joined",
                   "the affiliate is in the campaign already, as " + before.status + " under the code " + before.code);
    }
    if (joining.code && fold_code(*joining.code) != fold_code(before.code)) {
      return invalid("the affiliate was in the campaign before and joins again under its code " + before.code +
                     "; leave the code out");
    }
    auto stored = store_enrolment_status(database, before.id, joining.status);
    if (!stored) return Failure(stored.error());
    auto now = find_enrolment(database, campaign.id, affiliate.id);
    if (!now) return Failure(now.error());
    return **now;
  }
  EnrolmentRow row;
  row.campaign = campaign.id;
  row.campaign_public_id = campaign.public_id;
  row.affiliate = affiliate.id;
  row.affiliate_public_id = affiliate.public_id;
  row.affiliate_email = affiliate.email;
  row.affiliate_name = affiliate.name;
  row.affiliate_status = affiliate.status;
  row.status = joining.status;
  row.code = joining.code.value_or(affiliate_code(campaign.slug, random_bits(), suffix_length(attempt)));
  if (auto inserted = insert_enrolment(database, row); !inserted) return Failure(inserted.error());
  return row;
}

// A collision of a code that we made is handed on, for another try.
Failure explained(const Error& error, bool chosen, const std::string& code) {
  if (chosen && (violates(error, "links_host_code") || violates(error, "enrolments_code"))) {
    return taken("code_taken", "the code \"" + code + "\" is taken on this short-link host; choose another");
  }
  return Failure(error);
}

Result<Joined> join_once(Database& database, const Caller& caller, const Joining& joining,
                         const std::optional<std::string>& target_url, int attempt) {
  auto campaign = load_campaign(database, caller.scope(), joining.campaign);
  if (!campaign) return Failure(campaign.error());
  if (campaign->status == "deleted") return invalid("the campaign is deleted");
  auto affiliate = find_or_make(database, *campaign, joining);
  if (!affiliate) return Failure(affiliate.error());
  auto enrolment = enrol(database, *campaign, *affiliate, joining, attempt);
  if (!enrolment) return explained(enrolment.error(), joining.code.has_value(), joining.code.value_or(""));
  auto link = link_of(database, *campaign, *affiliate, *enrolment, target_url);
  if (!link) {
    // Who joins again keeps the code of then; if somebody else has it by now, no other try will free it.
    const bool chosen = joining.code.has_value() || attempt + 1 == kFreshCodeAttempts;
    return explained(link.error(), chosen, enrolment->code);
  }
  ChangeDetails details;
  details.add("campaign", campaign->public_id)
      .add("status", enrolment->status)
      .add("code", enrolment->code)
      .add("link", link->public_id);
  auto recorded = record_change(database, caller,
                                {campaign->account, campaign->mode, "affiliate.join", affiliate->public_id, details});
  if (!recorded) return Failure(recorded.error());
  return Joined{*affiliate, *enrolment, *link};
}

}  // namespace

Result<Joined> join_affiliate(Database& database, const Caller& caller, const Joining& joining) {
  if (auto good = check_email(joining.email); !good) return Failure(good.error());
  if (joining.name) {
    if (auto good = check_name("the name", *joining.name); !good) return Failure(good.error());
  }
  auto status = check_choice("the status", joining.status, {"pending", "active", "rejected", "suspended"});
  if (!status) return Failure(status.error());
  if (joining.code) {
    if (auto good = check_code(*joining.code); !good) return Failure(good.error());
  }
  std::optional<std::string> target_url;
  if (joining.target_url) {
    auto url = check_url("the target", *joining.target_url);
    if (!url) return Failure(url.error());
    target_url = *url;
  }
  // Two that join with one address at once: the second finds the first's affiliate when it runs again.
  return with_fresh_code("_", [&](int attempt) {
    return database.transaction<Joined>([&] { return join_once(database, caller, joining, target_url, attempt); });
  });
}

}  // namespace footfall::core
