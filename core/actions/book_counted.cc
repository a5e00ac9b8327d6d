// All of a round that depend on counts are booked in one transaction: the campaigns are locked, the counts are read
// together, the reports are priced one after the other as if each were booked before the next, and then all are written
// together. One that is to be refused is left out, and so is the second of one transaction id; if a claim turns out to
// be somebody else's, the whole is rolled back. What is left out is booked separately, where each gets its exact
// answer.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/actions/book_conversions.h"
#include "core/actions/booked_counts.h"
#include "core/actions/deposits_left.h"
#include "core/actions/fraud_checks.h"
#include "core/actions/pricing.h"
#include "core/storage/bookings.h"
#include "core/storage/conversions.h"

namespace footfall::core {
namespace {

constexpr const char* kClaimTaken = "claim_taken";

wire::CampaignId campaign_of(const PendingConversion& pending) { return pending.attribution.earner.campaign; }

// Those that are booked here: of each transaction id the first.
std::vector<PendingConversion*> counted_ones(std::span<PendingConversion> pending) {
  std::vector<PendingConversion*> counted;
  std::set<std::tuple<std::uint64_t, wire::Mode, std::string, std::string>> ids;
  for (PendingConversion& one : pending) {
    if (one.outcome || one.report->dry_run || !needs_counting(one)) continue;
    const auto& id = one.report->external_id;
    if (id && !ids.emplace(one.account().value, one.mode(), transaction_scope(one, campaign_of(one)), *id).second) {
      continue;
    }
    counted.push_back(&one);
  }
  return counted;
}

// The slots of customers and clicks: which are taken, and which the transaction is going to take.
class Slots {
 public:
  Result<void> load(Database& database, std::span<PendingConversion* const> counted) {
    std::vector<ClaimKey> keys;
    for (const PendingConversion* one : counted) {
      for (EarningLimit& limit : earning_limits(*one, row_of(*one))) keys.push_back(std::move(limit.key));
    }
    auto found = taken_slots(database, keys);
    if (!found) return Failure(found.error());
    for (std::size_t i = 0; i < keys.size(); ++i)
      taken_[name_of(keys[i])].insert((*found)[i].begin(), (*found)[i].end());
    return {};
  }

  // A free slot of each limit, or none if one of them has no free slot. Taken by keep() only.
  std::optional<std::vector<SlotClaim>> free_ones(const std::vector<EarningLimit>& limits) const {
    std::vector<SlotClaim> free;
    for (const EarningLimit& limit : limits) {
      const auto known = taken_.find(name_of(limit.key));
      int slot = 0;
      while (known != taken_.end() && known->second.contains(slot)) ++slot;
      if (slot >= limit.count) return std::nullopt;
      free.push_back({limit.key, slot, {}});
    }
    return free;
  }
  void keep(const std::vector<SlotClaim>& claims) {
    for (const SlotClaim& claim : claims) taken_[name_of(claim.key)].insert(claim.slot);
  }

 private:
  using Name = std::tuple<std::uint64_t, wire::Mode, std::string, std::string>;
  static Name name_of(const ClaimKey& key) { return {key.account.value, key.mode, key.scope, key.value}; }
  std::map<Name, std::set<int>> taken_;
};

struct Priced {
  std::vector<PendingConversion*> owners;  // in the order of the bookings
  std::vector<NewBooking> bookings;
  std::vector<std::vector<SlotClaim>> claims;  // of each, without its holder
};

// What tiers and budgets of the round count, each once.
Result<void> load_counts(BookedCounts& counts, std::span<PendingConversion* const> counted) {
  std::map<std::tuple<wire::CampaignId, wire::AffiliateId, std::string>, CountsQuery> queries;
  for (const PendingConversion* one : counted) {
    const TermsInForce& terms = *one->terms;
    CountsQuery query;
    query.campaign = campaign_of(*one);
    if (!terms.terms.tiers.empty()) query.affiliate = one->attribution.earner.affiliate;
    if (terms.budget_minor) query.currency = terms.budget_currency;
    if (query.affiliate || !query.currency.empty()) {
      queries[{query.campaign, query.affiliate, query.currency}] = query;
    }
  }
  std::vector<CountsQuery> wanted;
  for (auto& [key, query] : queries) wanted.push_back(std::move(query));
  return counts.load(wanted);
}

Result<Priced> price_all(Database& database, std::span<PendingConversion* const> counted) {
  Priced priced;
  BookedCounts counts(database);
  DepositsLeft deposits(database);
  Slots slots;
  if (auto loaded = load_counts(counts, counted); !loaded) return Failure(loaded.error());
  if (auto loaded = slots.load(database, counted); !loaded) return Failure(loaded.error());
  for (PendingConversion* const one : counted) {
    ConversionRow row = row_of(*one);
    if (read_amount(*one, row) != RecordOutcome::booked) continue;
    auto pricing = price_by_books(counts, one->policy(), one->attribution, one->terms, row);
    if (!pricing) return Failure(pricing.error());
    if (*pricing != Pricing::priced) continue;
    auto claims = slots.free_ones(earning_limits(*one, row));
    if (!claims) continue;
    auto covered = deposits.take(row);
    if (!covered) return Failure(covered.error());
    if (!*covered) continue;
    counts.add(row);
    slots.keep(*claims);
    priced.claims.push_back(std::move(*claims));
    priced.bookings.push_back(booking_of(*one, std::move(row)));
    NewBooking& booking = priced.bookings.back();
    if (one->report->external_id) booking.claim_scope = transaction_scope(*one, booking.row.campaign);
    priced.owners.push_back(one);
  }
  return priced;
}

// Transaction ids are claimed before slots, as everywhere.
Result<Priced> book(Database& database, std::span<PendingConversion* const> counted) {
  std::set<wire::CampaignId> campaigns;
  for (const PendingConversion* one : counted) campaigns.insert(campaign_of(*one));
  if (auto locked = lock_campaigns(database, campaigns); !locked) return Failure(locked.error());
  if (auto judged = check_for_fraud(database, counted); !judged) return Failure(judged.error());
  auto priced = price_all(database, counted);
  if (!priced || priced->bookings.empty()) return priced;
  if (auto written = write_bookings(database, priced->bookings); !written) return Failure(written.error());
  std::vector<SlotClaim> claims;
  for (std::size_t i = 0; i < priced->bookings.size(); ++i) {
    if (!priced->bookings[i].stored)
      return Failure(Error{ErrorKind::conflict, ErrorSource::us, false, "", kClaimTaken});
    for (SlotClaim& claim : priced->claims[i]) {
      claim.holder = priced->bookings[i].row.id;
      claims.push_back(std::move(claim));
    }
  }
  auto claimed = claim_slots(database, claims);
  if (!claimed) return Failure(claimed.error());
  if (!*claimed) return Failure(Error{ErrorKind::conflict, ErrorSource::us, false, "", kClaimTaken});
  return priced;
}

}  // namespace

bool needs_counting(const PendingConversion& pending) {
  if (!pending.terms) return false;
  const TermsInForce& terms = *pending.terms;
  const bool limited =
      (terms.customer_limit > 0 && pending.report->customer_id) || (terms.click_limit > 0 && pending.report->click);
  return !terms.terms.tiers.empty() || terms.budget_minor || (terms.model == "cpa" && limited);
}

std::vector<EarningLimit> earning_limits(const PendingConversion& pending, const ConversionRow& row) {
  std::vector<EarningLimit> limits;
  const TermsInForce& terms = *pending.terms;
  if (terms.model != "cpa") return limits;
  const auto add = [&](std::string_view what, const std::optional<std::string>& value, int count,
                       RecordOutcome outcome) {
    if (!value || count == 0) return;
    const std::string scope =
        std::string(what) + ":" + std::to_string(campaign_of(pending).value) + ":" + pending.goal_name();
    limits.push_back({{pending.account(), pending.mode(), scope, *value}, count, outcome});
  };
  add("customer", row.customer_id, terms.customer_limit, RecordOutcome::customer_limit);
  add("click", row.click_id, terms.click_limit, RecordOutcome::click_limit);
  return limits;
}

Result<void> book_counted(Database& database, std::span<PendingConversion> pending) {
  const auto counted = counted_ones(pending);
  if (counted.empty()) return {};
  auto booked = database.transaction<Priced>([&] { return book(database, counted); });
  if (!booked && booked.error().code == kClaimTaken) return {};
  if (!booked) return Failure(booked.error());
  for (std::size_t i = 0; i < booked->owners.size(); ++i) {
    PendingConversion& one = *booked->owners[i];
    one.outcome = RecordedConversion{RecordOutcome::booked, std::move(booked->bookings[i].row), one.attribution};
  }
  return {};
}

}  // namespace footfall::core
