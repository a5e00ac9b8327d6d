// Each change loads what it changes and locks it, leaves alone what is so already, stores it, and records who did it.
// The two kinds of status are apart: an affiliate is suspended in the whole account, or in one campaign.
#include "core/actions/affiliates.h"

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/domain/event_types.h"
#include "core/storage/applications.h"
#include "core/storage/invitations.h"
#include "core/storage/mails.h"
#include "core/storage/row_reader.h"
#include "core/storage/user_erasure.h"

namespace footfall::core {
namespace {

Result<void> check_not_erased(const AffiliateRow& row) {
  if (row.status != "erased") return {};
  return taken("participant_erased", "the affiliate's data was erased, which is final");
}

// `from`: the only status that leads there; empty: any.
Result<EnrolmentRow> move_enrolment(Database& database, const Caller& caller, std::string_view campaign,
                                    std::string_view affiliate, std::string_view from, std::string_view to) {
  return database.transaction<EnrolmentRow>([&]() -> Result<EnrolmentRow> {
    auto program = load_campaign(database, caller.scope(), campaign);
    if (!program) return Failure(program.error());
    auto member = load_affiliate(database, caller.scope(), affiliate);
    if (!member) return Failure(member.error());
    if (auto present = check_not_erased(*member); !present) return Failure(present.error());
    auto row = find_enrolment(database, program->id, member->id, true);
    if (!row) return Failure(row.error());
    if (!*row || (!from.empty() && (*row)->status == "removed")) {
      return not_found("the affiliate is not in this campaign; see affiliate list --campaign");
    }
    if ((*row)->status == to) {
      auto voided = take_back_invitation(database, *program, *member, to);
      if (!voided) return Failure(voided.error());
      return **row;
    }
    if (!from.empty() && (*row)->status != from) {
      return taken("not_" + std::string(from), "the affiliate is " + (*row)->status);
    }
    auto changed = change_standing(database, caller, *program, *member, **row, to);
    if (!changed) return Failure(changed.error());
    auto stored = find_enrolment(database, program->id, member->id);
    if (!stored) return Failure(stored.error());
    return **stored;
  });
}

}  // namespace

Result<AffiliateRow> set_affiliate_status(Database& database, const Caller& caller, std::string_view affiliate,
                                          std::string_view status) {
  const auto chosen = parse_choice("the status", status, {"active", "suspended"});
  if (!chosen) return Failure(chosen.error());
  return database.transaction<AffiliateRow>([&]() -> Result<AffiliateRow> {
    auto row = load_affiliate(database, caller.scope(), affiliate, true);
    if (!row) return row;
    if (auto present = check_not_erased(*row); !present) return Failure(present.error());
    if (row->status == *chosen) return row;
    ChangeDetails details;
    details.add("from", row->status).add("to", *chosen);
    row->status = *chosen;
    if (auto stored = store_affiliate(database, *row); !stored) return Failure(stored.error());
    auto recorded = record_change(database, caller,
                                  {row->account, row->mode, "affiliate.status", row->public_id, details,
                                   *chosen == "active" ? event::kAffiliateReactivated : event::kAffiliateSuspended});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

Result<AffiliateRow> erase_affiliate(Database& database, const Caller& caller, std::string_view affiliate) {
  return database.transaction<AffiliateRow>([&]() -> Result<AffiliateRow> {
    auto row = load_affiliate(database, caller.scope(), affiliate, true);
    if (!row || row->status == "erased") return row;
    // A long history takes longer than other statements may.
    if (auto limited = database.execute(kErasureTimeLimit); !limited) return Failure(limited.error());
    auto postbacks = postbacks_of_affiliate(database, row->id);
    if (!postbacks) return Failure(postbacks.error());
    for (const WebhookId postback : *postbacks) {
      auto stopped = stop_webhook_row(database, postback, "deleted", "erased");
      if (!stopped) return Failure(stopped.error());
    }
    if (auto erased = erase_traces_of(database, row->id); !erased) return Failure(erased.error());
    auto recorded = record_change(
        database, caller, {row->account, row->mode, "affiliate.erase", row->public_id, {}, event::kAffiliateErased});
    if (!recorded) return Failure(recorded.error());
    return load_affiliate(database, caller.scope(), affiliate);
  });
}

Result<EnrolmentRow> set_enrolment_status(Database& database, const Caller& caller, std::string_view campaign,
                                          std::string_view affiliate, std::string_view status) {
  const auto chosen = parse_choice("the status", status, {"pending", "active", "rejected", "suspended", "removed"});
  if (!chosen) return Failure(chosen.error());
  return move_enrolment(database, caller, campaign, affiliate, {}, *chosen);
}

Result<EnrolmentRow> suspend_enrolment(Database& database, const Caller& caller, std::string_view campaign,
                                       std::string_view affiliate) {
  return move_enrolment(database, caller, campaign, affiliate, "active", "suspended");
}

Result<EnrolmentRow> reactivate_enrolment(Database& database, const Caller& caller, std::string_view campaign,
                                          std::string_view affiliate) {
  return move_enrolment(database, caller, campaign, affiliate, "suspended", "active");
}

Result<void> take_back_invitation(Database& database, const CampaignRow& campaign, const AffiliateRow& affiliate,
                                  std::string_view status) {
  if (status != "removed" && status != "rejected") return {};
  return void_invitation(database, campaign.id, affiliate.email, false);
}

Result<void> change_standing(Database& database, const Caller& caller, const CampaignRow& campaign,
                             const AffiliateRow& affiliate, const EnrolmentRow& enrolment, std::string_view status) {
  if (auto stored = store_enrolment_status(database, enrolment.id, status); !stored) return stored;
  ChangeDetails details;
  details.add("campaign", campaign.public_id).add("from", enrolment.status).add("to", status);
  auto recorded = record_change(database, caller,
                                {campaign.account, campaign.mode, "enrolment.status", affiliate.public_id, details,
                                 event::of_enrolment(enrolment.status, status)});
  if (!recorded) return recorded;
  if (auto voided = take_back_invitation(database, campaign, affiliate, status); !voided) return voided;
  const bool was_open = enrolment.status == "pending" || (enrolment.status == "rejected" && status == "active");
  const bool is_decided = was_open && (status == "active" || status == "rejected");
  if (!is_decided || campaign.mode != wire::Mode::live) return {};
  auto reads_pages = has_user(database, affiliate.id);
  if (!reads_pages) return Failure(reads_pages.error());
  if (!*reads_pages) return {};
  return insert_mail(database, mail_kind::kApplicationDecided, affiliate.email,
                     static_cast<std::int64_t>(enrolment.id.value));
}

Result<AffiliateRow> update_affiliate(Database& database, const Caller& caller, std::string_view affiliate,
                                      const AffiliateFields& fields) {
  return database.transaction<AffiliateRow>([&]() -> Result<AffiliateRow> {
    auto before = load_affiliate(database, caller.scope(), affiliate, true);
    if (!before) return before;
    if (auto present = check_not_erased(*before); !present) return Failure(present.error());
    AffiliateRow row = *before;
    if (fields.email) {
      auto email = parse_email(*fields.email);
      if (!email) return about("email", email.error());
      row.email = *email;
    }
    if (fields.name) {
      if (auto good = check_name("the name", *fields.name); !good) return about("name", good.error());
      row.name = *fields.name;
    }
    ChangeDetails details;
    details.change("email", before->email, row.email).change("name", before->name, row.name);
    if (details.empty()) return row;
    auto stored = store_affiliate(database, row);
    if (!stored && violates(stored.error(), "affiliates_email")) {
      return taken("email_taken", "another affiliate of the account has this address");
    }
    if (!stored) return Failure(stored.error());
    if (row.email != before->email) {
      auto voided = void_invitations(database, row.account, row.mode, before->email);
      if (!voided) return Failure(voided.error());
    }
    auto recorded =
        record_change(database, caller,
                      {row.account, row.mode, "affiliate.update", row.public_id, details, event::kAffiliateUpdated});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

}  // namespace footfall::core
