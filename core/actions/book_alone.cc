// One conversion in a transaction of its own: claims first, then what is counted under its locks.
#include "core/actions/conversion_desk.h"
#include "core/actions/pricing.h"
#include "core/storage/bookings.h"

namespace footfall::core {
namespace {

// Under CPA a customer and a click earn a bounded number of times per goal (AFS-34, AFS-35); the claims' slots count.
Result<std::optional<RecordedConversion>> claim_limits(Database& database, const ConversionReport& report,
                                                       const ConversionRow& row, const TermsInForce& terms) {
  if (terms.model != "cpa") return std::nullopt;
  struct Limit {
    std::string_view name;
    std::optional<std::string> value;
    int count;
    RecordOutcome outcome;
  };
  const Limit limits[] = {{"customer", row.customer_id, terms.customer_limit, RecordOutcome::customer_limit},
                          {"click", row.click_id, terms.click_limit, RecordOutcome::click_limit}};
  for (const Limit& limit : limits) {
    if (!limit.value || limit.count == 0) continue;
    const std::string scope = std::string(limit.name) + ":" + std::to_string(row.campaign.value) + ":" + row.goal;
    bool taken = false;
    for (int slot = 0; slot < limit.count && !taken; ++slot) {
      auto claimed = claim(database, report.account, report.mode, scope, *limit.value, slot, row.id);
      if (!claimed) return Failure(claimed.error());
      taken = *claimed;
    }
    if (taken) continue;
    auto earlier = already(database, limit.outcome, report, scope, *limit.value);
    if (!earlier) return Failure(earlier.error());
    return std::optional<RecordedConversion>(std::move(*earlier));
  }
  return std::nullopt;
}

// Leaves the transaction without having written anything: the claims taken so far are given back by its rollback.
struct Refused {
  std::optional<RecordedConversion> recorded;
};
Failure roll_back() { return Failure(Error{ErrorKind::conflict, ErrorSource::us, false, "rolled back", "refused"}); }

Result<RecordedConversion> book(Database& database, const Desked& desked, Refused& refused) {
  const ConversionReport& report = *desked.report;
  const Attribution& attribution = desked.attribution;
  const auto refuse = [&](RecordedConversion recorded) -> Result<RecordedConversion> {
    refused.recorded = std::move(recorded);
    return roll_back();
  };
  auto id = next_conversion_id(database);
  if (!id) return Failure(id.error());
  ConversionRow row = row_of(report, attribution);
  row.id = *id;

  if (report.external_id) {
    const std::string scope = transaction_scope(report, row.campaign);
    auto claimed = claim(database, report.account, report.mode, scope, *report.external_id, 0, row.id);
    if (!claimed) return Failure(claimed.error());
    if (!*claimed) return already(database, RecordOutcome::duplicate, report, scope, *report.external_id);
  }
  if (const RecordOutcome outcome = read_amount(report, desked.terms, row); outcome != RecordOutcome::booked) {
    return refuse({outcome, row, attribution});
  }
  auto pricing = price_by_books(database, *report.policy, attribution, desked.terms, row);
  if (!pricing) return Failure(pricing.error());
  if (*pricing == Pricing::amount_required) return refuse({RecordOutcome::amount_required, row, attribution});
  if (*pricing == Pricing::budget_exceeded) return refuse({RecordOutcome::budget_exceeded, row, attribution});
  if (desked.terms) {
    auto limited = claim_limits(database, report, row, *desked.terms);
    if (!limited) return Failure(limited.error());
    if (*limited) return refuse(std::move(**limited));
  }

  if (report.dry_run) return refuse({RecordOutcome::booked, row, attribution});
  NewBooking booking = booking_of(report, std::move(row));
  if (auto written = write_bookings(database, {&booking, 1}); !written) return Failure(written.error());
  return RecordedConversion{RecordOutcome::booked, std::move(booking.row), attribution};
}

}  // namespace

Result<RecordedConversion> book_alone(Database& database, const Desked& desked) {
  Refused refused;
  auto recorded = database.transaction<RecordedConversion>([&] { return book(database, desked, refused); });
  if (!recorded && refused.recorded && recorded.error().code == "refused") return std::move(*refused.recorded);
  return recorded;
}

}  // namespace footfall::core
