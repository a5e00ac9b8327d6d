// Fields are applied to the row one by one, and only what was given changes. A code that we make up may collide with
// another one on the host; then with_fresh_code() repeats the transaction with a longer code.
#include "core/actions/links.h"

#include "core/actions/checks.h"
#include "core/actions/fresh_code.h"
#include "core/actions/membership.h"
#include "core/actions/record_change.h"
#include "core/domain/codes.h"
#include "core/domain/event_types.h"
#include "core/domain/identifiers.h"
#include "core/domain/link_targets.h"
#include "core/storage/accounts.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kClickCapMax = 1'000'000'000'000;

Result<void> apply_url(std::optional<std::string>& field, const std::optional<std::string>& wanted,
                       std::string_view name, std::string_view what) {
  if (!wanted) return {};
  field.reset();
  if (wanted->empty()) return {};
  auto url = check_url(what, *wanted);
  if (!url) return about(name, url.error());
  field = *url;
  return {};
}

Result<void> apply(LinkRow& row, const LinkFields& fields) {
  auto targeted = apply_url(row.target_url, fields.target_url, "target_url", "the target");
  if (!targeted) return targeted;
  auto fell_back = apply_url(row.fallback_url, fields.fallback_url, "fallback_url", "the fallback");
  if (!fell_back) return fell_back;
  if (fields.starts_us) row.starts_us = *fields.starts_us;
  if (fields.expires_us) row.expires_us = *fields.expires_us;
  if (row.starts_us && row.expires_us && *row.starts_us >= *row.expires_us) {
    return about(fields.expires_us ? "expires" : "starts", "the link would end before it starts");
  }
  if (fields.click_cap) {
    if (*fields.click_cap) {
      auto good = check_range("the click cap", **fields.click_cap, 1, kClickCapMax);
      if (!good) return about("click_cap", good.error());
    }
    row.click_cap = *fields.click_cap;
  }
  if (fields.targets) {
    auto targets = parse_link_targets(*fields.targets);
    if (!targets) return about("targets", targets.error());
    row.targets = *targets;
  }
  if (fields.status) {
    auto status = parse_choice("the status", *fields.status, {"active", "paused", "archived", "deleted"});
    if (!status) return about("status", status.error());
    row.status = *status;
  }
  return {};
}

Result<LinkRow> create_once(Database& database, const Caller& caller, const NewLink& link, int attempt) {
  auto campaign = load_campaign(database, caller.scope(), link.campaign);
  if (!campaign) return Failure(campaign.error());
  if (campaign->status == "deleted") return about("campaign", "the campaign is deleted");
  auto account = load_account(database, campaign->account);
  if (!account) return Failure(account.error());
  LinkRow row;
  if (link.affiliate) {
    auto member = load_member(database, caller, *campaign, *link.affiliate);
    if (!member) return Failure(member.error());
    row.affiliate = member->id;
    row.affiliate_public_id = member->public_id;
  }
  row.public_id = wire::new_public_id("lnk_");
  row.account = campaign->account;
  row.mode = campaign->mode;
  row.host = account->link_host;
  row.code = link.code.value_or(affiliate_code(campaign->slug, random_bits(), suffix_length(attempt)));
  row.campaign = campaign->id;
  row.campaign_public_id = campaign->public_id;
  if (auto applied = apply(row, link.fields); !applied) return Failure(applied.error());
  if (row.status == "deleted") return about("status", "a link cannot be created deleted");
  if (auto inserted = insert_link(database, row); !inserted) {
    if (link.code && violates(inserted.error(), "links_host_code")) {
      return taken("code_taken", "the code \"" + row.code + "\" is taken on " + row.host + "; choose another");
    }
    return Failure(inserted.error());
  }
  ChangeDetails details;
  details.add("campaign", campaign->public_id)
      .add("code", row.code)
      .add("host", row.host)
      .add("affiliate", row.affiliate_public_id);
  auto recorded = record_change(database, caller,
                                {row.account, row.mode, "link.create", row.public_id, details, event::kLinkCreated});
  if (!recorded) return Failure(recorded.error());
  return row;
}

}  // namespace

Result<LinkRow> create_link(Database& database, const Caller& caller, const NewLink& wanted) {
  NewLink link = wanted;
  if (link.code) {
    link.code = tidy_identifier(*link.code);
    if (auto good = check_code(*link.code); !good) return about("code", good.error());
  }
  return with_fresh_code("links_host_code", [&](int attempt) {
    return database.transaction<LinkRow>([&] { return create_once(database, caller, link, attempt); });
  });
}

Result<LinkRow> update_link(Database& database, const Caller& caller, std::string_view public_id,
                            const LinkFields& fields) {
  return database.transaction<LinkRow>([&]() -> Result<LinkRow> {
    auto before = load_link(database, caller.scope(), public_id, true);
    if (!before) return before;
    if (before->status == "deleted") return invalid("the link is deleted, which is final; create a new one");
    LinkRow row = *before;
    if (auto applied = apply(row, fields); !applied) return Failure(applied.error());
    ChangeDetails details;
    details.change("target_url", before->target_url, row.target_url)
        .change("fallback_url", before->fallback_url, row.fallback_url)
        .change("starts_us", before->starts_us, row.starts_us)
        .change("expires_us", before->expires_us, row.expires_us)
        .change("click_cap", before->click_cap, row.click_cap)
        .change("targets", before->targets, row.targets)
        .change("status", before->status, row.status);
    if (details.empty()) return row;
    if (auto stored = store_link(database, row); !stored) return Failure(stored.error());
    const std::string_view action = row.status == "deleted" ? "link.delete" : "link.update";
    auto recorded =
        record_change(database, caller, {row.account, row.mode, action, row.public_id, details, event::kLinkUpdated});
    if (!recorded) return Failure(recorded.error());
    return load_link(database, caller.scope(), public_id);  // with the time of the change
  });
}

}  // namespace footfall::core
