// Joining is one transaction: find or make the affiliate, enrol it, find or make its link. A code that we make up may
// collide with another one on the short-link host; then the whole transaction runs again with a longer code.
#include "core/actions/join_affiliate.h"

#include "core/actions/checks.h"
#include "core/actions/fresh_code.h"
#include "core/actions/record_change.h"
#include "core/domain/codes.h"
#include "core/domain/event_types.h"
#include "core/domain/identifiers.h"
#include "core/storage/accounts.h"
#include "core/storage/campaigns.h"

namespace footfall::core {
namespace {

Result<AffiliateRow> find_or_make(Database& database, const CampaignRow& campaign, const JoinRequest& request) {
  auto found = find_affiliate_by_email(database, campaign.account, campaign.mode, request.email);
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
  row.email = request.email;
  row.name = request.name.value_or("");
  if (auto inserted = insert_affiliate(database, row); !inserted) return Failure(inserted.error());
  return row;
}

// The link that the affiliate had before, or a new one if that was deleted.
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
                           const JoinRequest& request, int attempt) {
  auto known = find_enrolment(database, campaign.id, affiliate.id, true);
  if (!known) return Failure(known.error());
  if (*known) {
    const EnrolmentRow& before = **known;
    const bool may_join_again = before.status == "removed" || (before.status == "rejected" && request.undoes_rejection);
    if (!may_join_again) {
      return taken("already_joined",
                   "the affiliate is in the campaign already, as " + before.status + " under the code " + before.code);
    }
    if (request.code && fold_code(*request.code) != fold_code(before.code)) {
      return about("code", "the affiliate was in the campaign before and joins again under its code " + before.code +
                               "; leave the code out");
    }
    auto stored = store_enrolment_status(database, before.id, request.status);
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
  row.status = request.status;
  row.code = request.code.value_or(affiliate_code(campaign.slug, random_bits(), suffix_length(attempt)));
  if (auto inserted = insert_enrolment(database, row); !inserted) return Failure(inserted.error());
  return row;
}

// A code that the caller chose is reported as taken. A collision of a code that we made is passed on unchanged, so that
// with_fresh_code() tries another one.
Failure explain_collision(const Error& error, bool chosen, const std::string& code) {
  if (chosen && (violates(error, "links_host_code") || violates(error, "enrolments_code"))) {
    return taken("code_taken", "the code \"" + code + "\" is taken on this short-link host; choose another");
  }
  return Failure(error);
}

}  // namespace

Result<EnrolledAffiliate> join_inside(Database& database, const Caller& caller, const JoinRequest& request,
                                      int attempt) {
  auto campaign = load_campaign(database, caller.scope(), request.campaign);
  if (!campaign) return Failure(campaign.error());
  if (campaign->status == "deleted") return about("campaign", "the campaign is deleted");
  auto affiliate = find_or_make(database, *campaign, request);
  if (!affiliate) return Failure(affiliate.error());
  auto enrolment = enrol(database, *campaign, *affiliate, request, attempt);
  if (!enrolment) return explain_collision(enrolment.error(), request.code.has_value(), request.code.value_or(""));
  auto link = link_of(database, *campaign, *affiliate, *enrolment, request.target_url);
  if (!link) {
    // An affiliate that joins again keeps its former code. If another link has that code by now, no further try helps.
    const bool chosen = request.code.has_value() || attempt + 1 == kFreshCodeAttempts;
    return explain_collision(link.error(), chosen, enrolment->code);
  }
  ChangeDetails details;
  details.add("campaign", campaign->public_id)
      .add("status", enrolment->status)
      .add("code", enrolment->code)
      .add("link", link->public_id);
  auto recorded = record_change(
      database, caller,
      {campaign->account, campaign->mode, "affiliate.join", affiliate->public_id, details,
       enrolment->status == "active" ? event::kAffiliateJoined : event::of_enrolment("", enrolment->status)});
  if (!recorded) return Failure(recorded.error());
  return EnrolledAffiliate{*affiliate, *enrolment, *link};
}

Result<EnrolledAffiliate> join_affiliate(Database& database, const Caller& caller, const JoinRequest& wanted) {
  JoinRequest request = wanted;
  auto email = parse_email(request.email);
  if (!email) return about("email", email.error());
  request.email = *email;
  if (request.name) {
    if (auto good = check_name("the name", *request.name); !good) return about("name", good.error());
  }
  auto status = parse_choice("the status", request.status, {"pending", "active", "rejected", "suspended"});
  if (!status) return about("status", status.error());
  request.status = *status;
  if (request.code) {
    request.code = tidy_identifier(*request.code);
    if (auto good = check_code(*request.code); !good) return about("code", good.error());
  }
  if (request.target_url) {
    auto url = check_url("the target", *request.target_url);
    if (!url) return about("target_url", url.error());
    request.target_url = *url;
  }
  // If two requests with one address come at once, the second runs again and then finds the first one's affiliate.
  return with_fresh_code("_", [&](int attempt) {
    return database.transaction<EnrolledAffiliate>([&] { return join_inside(database, caller, request, attempt); });
  });
}

}  // namespace footfall::core
