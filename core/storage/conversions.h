// The tables of conversions and claims. Rows in, rows out: no decision is taken here. All calls run on the
// caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/conversion_life.h"
#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using ConversionId = wire::Identifier<struct ConversionTag>;

struct ConversionRow {
  ConversionId id;
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::CampaignId campaign;  // none: not attributed to a program
  wire::AffiliateId affiliate;
  std::string campaign_public_id, campaign_code, affiliate_public_id;  // read only
  std::optional<std::string> click_id;                                 // UUID text
  std::optional<std::string> promo_code, affiliate_code;
  std::string method;  // "" for none
  bool attributed = false;
  std::string reason, explanation;
  std::optional<std::string> external_id, customer_id, prospect_email;
  std::string goal = "purchase";
  std::optional<std::int64_t> amount_minor;
  std::optional<std::string> currency;
  std::int64_t commission_minor = 0;
  std::optional<std::string> commission_currency;
  std::optional<std::int64_t> terms_id;
  std::optional<std::string> terms;  // jsonb, frozen
  ConversionStatus status = ConversionStatus::pending;
  bool review = false;    // held until a person who may decide it does
  bool disputed = false;  // held until the operator decides, or ends the dispute
  bool is_held() const { return review || disputed; }
  std::optional<std::int64_t> unresolved_until_us, occurred_us, hold_until_us, decided_us, paid_us;
  std::int64_t created_us = 0;
  std::int64_t reversed_minor = 0;
  std::string payout_public_id;  // read only; empty: none
  bool from_deposit = false;     // a deposit covers the commission
  std::optional<std::string> rejection_reason, rejection_note, metadata, request_id;
  std::optional<std::string> judgement;  // jsonb; written only (judgements.h)
  std::optional<std::string> buyer;      // written only: a keyed hash of the buyer's mailbox, in hexadecimal
};

// Reserves nothing: a free public id and row number for claims that point at the row before it is written.
Result<ConversionId> next_conversion_id(Database& database);
// Takes (scope, value, slot) for `id`. False: somebody has it; a concurrent claimant waits for the other's outcome.
Result<bool> claim(Database& database, wire::AccountId account, wire::Mode mode, std::string_view scope,
                   std::string_view value, int slot, ConversionId id);
struct ClaimKey {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string scope, value;
};
// Who has each of them, in their order; none: nobody.
Result<std::vector<std::optional<ConversionId>>> claimed_by(Database& database, std::span<const ClaimKey> keys);
// Which slots of each are taken, in their order and ascending.
Result<std::vector<std::vector<int>>> taken_slots(Database& database, std::span<const ClaimKey> keys);
struct SlotClaim {
  ClaimKey key;
  int slot = 0;
  ConversionId holder;
};
// Takes all of them; false: somebody has one of them, and the caller must roll back.
Result<bool> claim_slots(Database& database, std::span<const SlotClaim> claims);

Result<std::optional<ConversionRow>> load_conversion(Database& database, ConversionId id, bool for_update);
Result<std::optional<ConversionRow>> load_conversion(Database& database, const Scope& scope, std::string_view public_id,
                                                     bool for_update);

// Those that name the click, oldest first.
Result<std::vector<ConversionRow>> conversions_of_click(Database& database, const Scope& scope,
                                                        const wire::ClickId& click);
// Conversions that were credited by one of these clicks (16 bytes each), or were not because it was not human.
Result<std::vector<ConversionRow>> conversions_judged_by(Database& database,
                                                         const std::vector<std::string_view>& clicks);

struct ConversionFilter {
  wire::AccountId account;  // none: any
  std::optional<wire::Mode> mode;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  std::optional<std::string> campaign_code;    // AffSpace's offer code, any case
  std::optional<std::string> status;           // "approved" takes in those paid already if paid_is_approved
  bool paid_is_approved = false;               // dialects that know no "paid"
  bool reversed_is_rejected = false;           // … and no "reversed", likewise
  std::optional<std::int64_t> from_us, to_us;  // created, inclusive and exclusive
  std::optional<std::int64_t> below_id;        // cursor: older than this row
  std::optional<std::int64_t> offset;
  bool held_only = false;
  bool with_commission = false;           // those that earn something, or did
  std::optional<std::int64_t> payout_id;  // those of that payout
  int limit = 100;
};
// Newest first, by row number: stable while rows are added.
Result<std::vector<ConversionRow>> list_conversions(Database& database, const ConversionFilter& filter);
Result<std::int64_t> count_conversions_of_click(Database& database, const wire::ClickId& click);
Result<std::int64_t> count_conversions(Database& database, const ConversionFilter& filter);

// Approved conversions of that affiliate with a commission in that currency, oldest first, locked to the end of the
// transaction.
Result<std::vector<ConversionRow>> lock_payable(Database& database, wire::AffiliateId affiliate,
                                                std::string_view currency, int limit);

// Writes the outcome of a step; times are set by the database's clock.
Result<void> store_step(Database& database, ConversionId id, const Transition& transition,
                        std::optional<std::string> rejection_reason, std::optional<std::string> rejection_note);
// Until a person decides.
Result<void> hold_for_review(Database& database, ConversionId id);
// Whether a rule has held it and nobody has approved it since, as its audit trail says.
Result<bool> waits_for_person(Database& database, const ConversionRow& row);
// Takes an approval back, because what was approved was less than is known now.
Result<void> take_approval_back(Database& database, ConversionId id);
Result<void> store_dispute(Database& database, ConversionId id, bool disputed);
// Fills in what a late click decided.
Result<void> store_attribution(Database& database, const ConversionRow& row);

// Pending, with a hold that ends by `now_us`, held for no person, of campaigns that approve by themselves. Locked for
// the caller's transaction; rows that another process has locked are passed over.
Result<std::vector<ConversionRow>> matured_conversions(Database& database, std::int64_t now_us, int limit);
// Conversions that were booked before their click arrived, and whose click is stored by now. They are not locked.
Result<std::vector<ConversionId>> resolvable_conversions(Database& database, int limit);
// One of them, locked for the caller's transaction; none: another process has locked it, or it waits no more.
Result<std::optional<ConversionRow>> lock_unresolved(Database& database, ConversionId id);
// Ends the waiting of conversions whose click did not arrive in time, at most `limit`; answers which.
Result<std::vector<ConversionId>> give_up_unresolved(Database& database, std::int64_t now_us, int limit);

}  // namespace footfall::core
