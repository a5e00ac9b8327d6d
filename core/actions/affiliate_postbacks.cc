// Whose conversions a postback is about decides its account and mode. The host of the template is resolved before the
// transaction begins, because a resolver can take seconds; the bound is checked with the account's row locked.
#include "core/actions/affiliate_postbacks.h"

#include <algorithm>

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/webhook_receiver.h"
#include "core/domain/event_types.h"
#include "core/domain/identifiers.h"
#include "core/domain/postback_url.h"
#include "core/storage/accounts.h"
#include "core/storage/affiliates.h"
#include "core/storage/campaigns.h"

namespace footfall::core {
namespace {

Failure refused(std::string code, std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), std::move(code)});
}

// Fills in account, mode, campaign and affiliate.
Result<WebhookRow> row_for(Database& database, const Caller& caller, const NewAffiliatePostback& postback) {
  if (caller.scope().affiliate) return not_found("affiliates have no postbacks");
  if (postback.affiliate.empty() && postback.campaign.empty()) {
    return invalid("name an affiliate, a campaign, or both");
  }
  WebhookRow row;
  row.kind = EndpointKind::postback;
  if (!postback.campaign.empty()) {
    auto campaign = load_campaign(database, caller.scope(), postback.campaign);
    if (!campaign) return Failure(campaign.error());
    row.campaign = campaign->id;
    row.campaign_public_id = campaign->public_id;
    row.account = campaign->account;
    row.account_public_id = campaign->account_public_id;
    row.mode = campaign->mode;
  }
  if (!postback.affiliate.empty()) {
    auto affiliate = load_affiliate(database, caller.scope(), postback.affiliate);
    if (!affiliate) return Failure(affiliate.error());
    if (row.campaign && (row.account != affiliate->account || row.mode != affiliate->mode)) {
      return not_found("affiliate " + affiliate->public_id + " is not of the campaign's account and mode");
    }
    row.affiliate = affiliate->id;
    row.affiliate_public_id = affiliate->public_id;
    row.account = affiliate->account;
    row.account_public_id = affiliate->account_public_id;
    row.mode = affiliate->mode;
  }
  return row;
}

Result<std::vector<std::string>> parse_events(const std::vector<std::string>& given) {
  if (given.empty()) return std::vector<std::string>{"approved"};
  std::vector<std::string> chosen;
  for (const std::string_view name : event::postback_events()) {
    if (std::ranges::any_of(given, [&](const auto& wanted) { return is_same_name(name, wanted); })) {
      chosen.emplace_back(name);
    }
  }
  for (const std::string& wanted : given) {
    if (std::ranges::any_of(chosen, [&](const auto& name) { return is_same_name(name, wanted); })) continue;
    std::string all;
    for (const auto name : event::postback_events()) all += (all.empty() ? "" : ", ") + std::string(name);
    return refused("postback_event", "\"" + wanted + "\" is no event of a postback; there are: " + all);
  }
  return chosen;
}

}  // namespace

Result<WebhookRow> create_affiliate_postback(Database& database, const Caller& caller, const WebhookSettings& settings,
                                             const NewAffiliatePostback& postback) {
  auto row = row_for(database, caller, postback);
  if (!row) return row;
  auto events = parse_events(postback.events);
  if (!events) return Failure(events.error());
  if (!postback.description.empty()) {
    if (auto good = check_name("the description", postback.description); !good) return Failure(good.error());
  }
  auto url = parse_postback_template(postback.url);
  if (!url) return refused("postback_url", url.error().message);
  auto receiver = check_webhook_receiver(sample_postback(url->text), row->mode, settings.receivers, row->account);
  if (!receiver) return Failure(receiver.error());
  row->public_id = wire::new_public_id("pbk_");
  row->url = url->text;
  row->description = postback.description;
  row->events = *events;
  return database.transaction<WebhookRow>([&]() -> Result<WebhookRow> {
    // The account's row is locked, so that two calls cannot make one too many together.
    auto account = load_account(database, caller.scope(), row->account_public_id, true);
    if (!account) return Failure(account.error());
    WebhookFilter filter{account->id, row->mode};
    filter.kind = EndpointKind::postback;
    auto count = count_webhooks(database, filter);
    if (!count) return Failure(count.error());
    if (*count >= kAffiliatePostbacksMax) {
      return refused("postback_limit", "the account has " + std::to_string(kAffiliatePostbacksMax) +
                                           " postbacks already; disable one, or use one for the whole campaign");
    }
    WebhookRow stored = *row;
    if (auto inserted = insert_webhook(database, stored); !inserted) return Failure(inserted.error());
    std::string all;
    for (const auto& name : stored.events) all += (all.empty() ? "" : ",") + name;
    ChangeDetails details;
    details.add("host", receiver->host).add("events", all);
    details.add("campaign", stored.campaign_public_id).add("affiliate", stored.affiliate_public_id);
    auto recorded =
        record_change(database, caller, {stored.account, stored.mode, "postback.create", stored.public_id, details});
    if (!recorded) return Failure(recorded.error());
    return load_webhook(database, stored.id);
  });
}

}  // namespace footfall::core
