#include "core/actions/test_sessions.h"

#include <boost/json.hpp>

#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {

Result<TestSession> create_test_session(Database& database, const Caller& caller, const CampaignRow& offer,
                                        std::int64_t now_us) {
  if (!caller.scope().contains(offer.account, offer.mode)) return not_found("there is no such offer");
  wire::ClickId click;
  random_bytes(click.bytes.data(), click.bytes.size());
  TestSession session;
  session.token = random_token(40);
  session.click_id = std::string(kTestPrefix) + wire::to_base32_upper(click);
  session.account = caller.account.id;
  session.campaign = offer.id;
  session.campaign_currency = offer.currency.value_or(caller.account.currency);
  session.expires_us = now_us + kTestSessionSeconds * 1'000'000;
  if (auto written = insert_test_session(database, session); !written) return Failure(written.error());
  return session;
}

Result<std::optional<TestSession>> read_test_session(Database& database, const Caller& caller, std::string_view token) {
  return find_test_session_by_token(database, caller.scope(), token);
}

bool is_test_click(std::string_view click_id) {
  return click_id.size() > kTestPrefix.size() &&
         equal_ignoring_case(click_id.substr(0, kTestPrefix.size()), kTestPrefix);
}

Result<std::optional<TestSession>> test_session_of(Database& database, std::string_view click_id, std::int64_t now_us) {
  std::string spelled(kTestPrefix);
  for (const char c : click_id.substr(kTestPrefix.size())) {
    spelled += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  auto session = find_test_session_by_click(database, spelled);
  if (!session) return Failure(session.error());
  if (*session && (*session)->expires_us <= now_us) return std::nullopt;
  return session;
}

Result<void> report_test(Database& database, TestSession session, bool signature_valid,
                         const std::vector<FieldProblem>& problems) {
  boost::json::array list;
  for (const FieldProblem& problem : problems) list.push_back({{"field", problem.field}, {"message", problem.message}});
  session.signature_valid = signature_valid;
  session.fields_valid = problems.empty();
  session.problems = boost::json::serialize(list);
  return store_test_report(database, session);
}

}  // namespace footfall::core
