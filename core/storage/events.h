// The table events: what AffSpace's merchants report between click and sale (AFS-42…48), without a payout. The table
// test_sessions: a made-up click with which an advertiser tries the integration, and what arrived for it (AFS-67…70).
// What leaves by webhooks is in events_out.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct EventRow {
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::ClickId click;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  std::string type;
  std::optional<std::string> url, referrer;
};
Result<void> insert_event(Database& database, const EventRow& row);

struct TestSession {
  std::int64_t id = 0;
  std::string token;
  std::string click_id;  // "test_" and 26 characters
  wire::AccountId account;
  wire::CampaignId campaign;
  std::string campaign_currency;
  std::int64_t expires_us = 0;
  std::optional<std::int64_t> received_us;
  bool signature_valid = false;
  bool fields_valid = false;
  std::string problems = "[]";  // JSON: [{"field", "message"}]
};
Result<void> insert_test_session(Database& database, const TestSession& session);
Result<std::optional<TestSession>> find_test_session_by_token(Database& database, const Scope& scope,
                                                              std::string_view token);
Result<std::optional<TestSession>> find_test_session_by_click(Database& database, std::string_view click_id);
// What the last test conversion showed.
Result<void> store_test_report(Database& database, const TestSession& session);
Result<std::int64_t> trim_test_sessions(Database& database, std::int64_t expired_before_us);

}  // namespace footfall::core
