// Sales that were refused because their click was no person's (D-44 in core/api/COMMON.md): what the merchant has to
// know to report them again once the click is judged human.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct RefusedReport {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::ClickId click;
  std::string goal;
  std::string external_id;        // empty: none was given
  std::string amount;             // as reported; may be empty
  std::int64_t reported_us = 0;   // last
  std::string account_public_id;  // read only
};

// One statement. A report that comes again is kept once.
Result<void> note_refused_reports(Database& database, std::span<const RefusedReport> reports);
// Those of these clicks (16 bytes each) for which nothing has been booked since.
Result<std::vector<RefusedReport>> refused_reports_of(Database& database, const std::vector<std::string_view>& clicks);
Result<std::int64_t> trim_refused_reports(Database& database, std::int64_t reported_before_us);

}  // namespace footfall::core
