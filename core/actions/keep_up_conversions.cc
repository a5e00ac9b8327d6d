// Each late conversion is attributed in a transaction of its own, because it may lock its campaign. Who locks several
// campaigns locks them in one order, in which conversions do not come, so several in one transaction could lock each
// other out. One that fails keeps no other back.
#include "core/actions/keep_up_conversions.h"

#include <functional>

#include "core/actions/account_policy.h"
#include "core/actions/change_conversion.h"
#include "core/actions/resolve_conversion.h"
#include "core/storage/accounts.h"
#include "core/storage/stripe_sales.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

// False: somebody else has it, or its click is still missing.
Result<bool> resolve(Database& database, ConversionId id) {
  return database.transaction<bool>([&]() -> Result<bool> {
    auto row = lock_unresolved(database, id);
    if (!row) return Failure(row.error());
    if (!*row) return false;
    auto account = load_account(database, (*row)->account);
    if (!account) return Failure(account.error());
    auto resolved = resolve_conversion(database, upkeep_caller(), **row, account_policy(*account));
    if (!resolved || !*resolved) return resolved;
    if (auto due = make_stripe_events_due(database, {id}); !due) return Failure(due.error());
    return true;
  });
}

Result<void> resolve_late_ones(Database& database, int batch_max, ConversionUpkeep& done) {
  auto waiting = resolvable_conversions(database, batch_max);
  if (!waiting) return Failure(waiting.error());
  for (const ConversionId id : *waiting) {
    auto resolved = resolve(database, id);
    if (!resolved && !database.connected()) return Failure(resolved.error());
    if (!resolved) {
      log_warn_limited("upkeep.conversion.failed", {{"conversion", id.value}, {"reason", resolved.error().message}});
      ++done.failed;
      continue;
    }
    done.resolved += *resolved ? 1 : 0;
  }
  return {};
}

Result<void> give_up(Database& database, std::int64_t now_us, int batch_max, ConversionUpkeep& done) {
  auto given_up = give_up_unresolved(database, now_us, batch_max);
  if (!given_up) return Failure(given_up.error());
  done.given_up = static_cast<std::int64_t>(given_up->size());
  return make_stripe_events_due(database, *given_up);
}

Result<void> approve(Database& database, const ConversionRow& row) {
  ConversionChange change;
  change.public_id = row.public_id;
  change.verb = ConversionVerb::approve;
  auto stepped = take_step(database, upkeep_caller("the hold has passed"), row, change);
  if (!stepped) return Failure(stepped.error());
  return {};
}

// One that cannot be approved is held for a person, so that it neither comes again in each round nor keeps back those
// behind it. False: somebody else has changed it meanwhile.
Result<bool> approve_or_hold(Database& database, ConversionId id) {
  const auto with_row = [&](const std::function<Result<void>(const ConversionRow&)>& step) {
    return database.transaction<bool>([&]() -> Result<bool> {
      auto row = load_conversion(database, id, true);
      if (!row) return Failure(row.error());
      if (!*row || (*row)->status != ConversionStatus::pending || (*row)->is_held()) return false;
      if (auto stepped = step(**row); !stepped) return Failure(stepped.error());
      return true;
    });
  };
  auto approved = with_row([&](const ConversionRow& row) { return approve(database, row); });
  if (approved || approved.error().kind == ErrorKind::unavailable) return approved;
  log_error("upkeep.approval.failed", {{"conversion", id.value}, {"reason", approved.error().message}});
  auto held = with_row([&](const ConversionRow& row) {
    return hold_conversion(database, upkeep_caller("it could not be approved by itself"), row);
  });
  if (!held) return held;
  return approved;
}

// All in one transaction; where that fails, each in its own, so that one cannot keep back the others.
Result<void> approve_matured(Database& database, std::int64_t now_us, int batch_max, ConversionUpkeep& done) {
  auto approved = database.transaction<std::int64_t>([&]() -> Result<std::int64_t> {
    auto matured = matured_conversions(database, now_us, batch_max);
    if (!matured) return Failure(matured.error());
    for (const ConversionRow& row : *matured) {
      if (auto stepped = approve(database, row); !stepped) return Failure(stepped.error());
    }
    return static_cast<std::int64_t>(matured->size());
  });
  if (approved) {
    done.approved = *approved;
    return {};
  }
  if (!database.connected()) return Failure(approved.error());
  auto matured = matured_conversions(database, now_us, batch_max);
  if (!matured) return Failure(matured.error());
  for (const ConversionRow& row : *matured) {
    auto one = approve_or_hold(database, row.id);
    if (!one && !database.connected()) return Failure(one.error());
    done.failed += one ? 0 : 1;
    done.approved += one && *one ? 1 : 0;
  }
  return {};
}

}  // namespace

Result<ConversionUpkeep> keep_up_conversions(Database& database, std::int64_t now_us, int batch_max) {
  ConversionUpkeep done;
  if (auto resolved = resolve_late_ones(database, batch_max, done); !resolved) return Failure(resolved.error());
  if (auto given_up = give_up(database, now_us, batch_max, done); !given_up) return Failure(given_up.error());
  if (auto approved = approve_matured(database, now_us, batch_max, done); !approved) return Failure(approved.error());
  return done;
}

}  // namespace footfall::core
