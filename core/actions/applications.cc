#include "core/actions/applications.h"

#include "core/actions/affiliates.h"
#include "core/actions/checks.h"
#include "core/domain/keys.h"
#include "core/storage/campaigns.h"
#include "core/storage/mails.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;
constexpr std::size_t kTokenCharactersMax = 128;

std::string_view standing_after(Decision decision) { return decision == Decision::approve ? "active" : "rejected"; }

// Whoever was asked decides once. By the API a rejection may be taken back.
enum class Second : std::uint8_t { keeps_the_first, may_approve };

Result<std::string> decide_inside(Database& database, const Caller& caller, std::string_view campaign_id,
                                  std::string_view affiliate_id, Decision decision, Second second) {
  auto campaign = load_campaign(database, caller.scope(), campaign_id);
  if (!campaign) return Failure(campaign.error());
  auto affiliate = load_affiliate(database, caller.scope(), affiliate_id);
  if (!affiliate) return Failure(affiliate.error());
  if (affiliate->status == "erased") return taken("participant_erased", "the affiliate's data was erased");
  auto enrolment = find_enrolment(database, campaign->id, affiliate->id, true);
  if (!enrolment) return Failure(enrolment.error());
  if (!*enrolment || (*enrolment)->status == "removed") return not_found("the affiliate is not in this campaign");
  const std::string& status = (*enrolment)->status;
  const std::string_view wanted = standing_after(decision);
  if (status == wanted) {
    auto voided = take_back_invitation(database, *campaign, *affiliate, wanted);
    if (!voided) return Failure(voided.error());
    return status;
  }
  const bool is_open =
      status == "pending" || (second == Second::may_approve && status == "rejected" && decision == Decision::approve);
  if (!is_open && second == Second::keeps_the_first) return status;
  if (!is_open) return taken("not_pending", "the affiliate is " + status);
  auto changed = change_standing(database, caller, *campaign, *affiliate, **enrolment, wanted);
  if (!changed) return Failure(changed.error());
  return std::string(wanted);
}

}  // namespace

Result<void> tell_of_application(Database& database, const AccountRow& account, wire::Mode mode,
                                 EnrolmentId enrolment) {
  if (!account.contact_email || account.contact_email->empty() || mode != wire::Mode::live) return {};
  return insert_mail(database, mail_kind::kApplication, *account.contact_email,
                     static_cast<std::int64_t>(enrolment.value));
}

Result<std::optional<ApplicationLink>> make_application_link(Database& database, EnrolmentId enrolment) {
  return database.transaction<std::optional<ApplicationLink>>([&]() -> Result<std::optional<ApplicationLink>> {
    auto application = find_application(database, enrolment);
    if (!application) return Failure(application.error());
    if (!*application || (*application)->status != "pending") return std::nullopt;
    ApplicationLink link{std::move(**application), random_token(kTokenCharacters)};
    auto stored = store_application_link(database, key_hash(link.token), enrolment, kApplicationLinkValid_s);
    if (!stored) return Failure(stored.error());
    return link;
  });
}

Result<std::optional<ApplicationRow>> open_application(Database& database, std::string_view token) {
  if (token.empty() || token.size() > kTokenCharactersMax) return std::nullopt;
  return find_application_by_token(database, key_hash(token));
}

Result<std::string> decide_by_link(Database& database, std::string_view token, Decision decision) {
  return database.transaction<std::string>([&]() -> Result<std::string> {
    auto application = open_application(database, token);
    if (!application) return Failure(application.error());
    if (!*application) return not_found("there is no such link");
    auto account = load_account(database, (*application)->account);
    if (!account) return Failure(account.error());
    const Caller caller = link_caller(*account, (*application)->mode);
    return decide_inside(database, caller, (*application)->campaign_public_id, (*application)->affiliate_public_id,
                         decision, Second::keeps_the_first);
  });
}

Result<std::string> decide_application(Database& database, const Caller& caller, std::string_view campaign,
                                       std::string_view affiliate, Decision decision) {
  return database.transaction<std::string>(
      [&] { return decide_inside(database, caller, campaign, affiliate, decision, Second::may_approve); });
}

}  // namespace footfall::core
