// Test sessions: a made-up click with which an advertiser tries out the integration, and the report of what arrived
// (AFS-67…70, AF-18…20). Nothing of a test ever reaches conversions, events, statistics or the ledger.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/actions/caller.h"
#include "core/domain/field_problem.h"
#include "core/storage/campaigns.h"
#include "core/storage/events.h"

namespace footfall::core {

inline constexpr std::int64_t kTestSessionSeconds = 3'600;
inline constexpr std::string_view kTestPrefix = "test_";
// Whether a click id is one of a test (AFS-19), in any case: the prefix, and something behind it.
bool is_test_click(std::string_view click_id);

Result<TestSession> create_test_session(Database& database, const Caller& caller, const CampaignRow& offer,
                                        std::int64_t now_us);
// None: no such token in this account.
Result<std::optional<TestSession>> read_test_session(Database& database, const Caller& caller, std::string_view token);
// The session whose click that is, of whatever account, still valid at `now_us`. Any case.
Result<std::optional<TestSession>> test_session_of(Database& database, std::string_view click_id, std::int64_t now_us);

// Notes what a test call showed. `signature_valid`: the key was the advertiser's own.
Result<void> report_test(Database& database, TestSession session, bool signature_valid,
                         const std::vector<FieldProblem>& problems);

}  // namespace footfall::core
