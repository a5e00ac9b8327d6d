#include "core/cli/local_time.h"

#include "core/actions/reading/campaigns.h"
#include "core/actions/reading/statistics.h"
#include "core/domain/identifiers.h"
#include "proto/base/clock.h"

namespace footfall::core {

Result<std::optional<std::int64_t>> read_local_time(Context& context, std::string_view account, const std::string& text,
                                                    std::string_view nothing) {
  constexpr std::size_t kDateBytes = 10;  // 2026-01-31
  constexpr std::int64_t kDayUs = 86'400'000'000;
  if (!nothing.empty() && is_same_name(text, nothing)) return std::optional<std::int64_t>();
  auto time = parse_iso8601(text);
  if (!time) return Failure(time.error());
  if (text.size() != kDateBytes || account.empty()) return std::optional(*time);
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto start = start_of_local_day(**database, context.caller(), *time / kDayUs, account);
  if (!start) return Failure(start.error());
  return std::optional(*start);
}

Result<std::string> account_of_campaign(Context& context, const std::string& campaign) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto found = read_campaign(**database, context.caller(), campaign);
  if (!found) return Failure(found.error());
  return found->row.account_public_id;
}

}  // namespace footfall::core
