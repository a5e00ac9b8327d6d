#include "core/storage/events.h"

#include "core/domain/keys.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

Result<std::optional<TestSession>> find_session(Database& database, const Scope& scope, std::string_view where,
                                                std::string_view value) {
  auto rows = database.query(
      "select s.id, s.token, s.click_id, s.account_id, s.campaign_id, coalesce(k.currency, a.currency), "
      "(extract(epoch from s.expires_at) * 1000000)::bigint, (extract(epoch from s.received_at) * 1000000)::bigint, "
      "coalesce(s.signature_valid, false), coalesce(s.fields_valid, false), s.problems::text from test_sessions s "
      "join campaigns k on k.id = s.campaign_id join accounts a on a.id = s.account_id where " +
          std::string(where) + scope_condition("s.account_id", "'live'"),
      scope_parameters(value, scope));
  return read_optional<TestSession>(std::move(rows), [](RowReader& in) {
    TestSession session;
    session.id = in.integer();
    session.token = in.text();
    session.click_id = in.text();
    session.account = in.id<wire::AccountId>();
    session.campaign = in.id<wire::CampaignId>();
    session.campaign_currency = in.text();
    session.expires_us = in.integer();
    session.received_us = in.optional_integer();
    session.signature_valid = in.flag();
    session.fields_valid = in.flag();
    session.problems = in.text();
    return session;
  });
}

}  // namespace

Result<void> insert_event(Database& database, const EventRow& row) {
  auto rows = database.query(
      "insert into events (public_id, account_id, mode, click_id, campaign_id, affiliate_id, type, url, referrer) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {row.public_id, row.account.value, mode_name(row.mode), wire::to_uuid(row.click), row.campaign.value,
       id_or_null(row.affiliate), row.type, row.url, row.referrer});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<void> insert_test_session(Database& database, const TestSession& session) {
  auto rows = database.query(
      "insert into test_sessions (token, click_id, account_id, campaign_id, expires_at) values ($1, $2, $3, $4, $5)",
      {session.token, session.click_id, session.account.value, session.campaign.value,
       timestamp_us(session.expires_us)});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::optional<TestSession>> find_test_session_by_token(Database& database, const Scope& scope,
                                                              std::string_view token) {
  return find_session(database, scope, "s.token = $1", token);
}

Result<std::optional<TestSession>> find_test_session_by_click(Database& database, std::string_view click_id) {
  return find_session(database, {}, "s.click_id = $1", click_id);
}

Result<void> store_test_report(Database& database, const TestSession& session) {
  auto rows = database.query(
      "update test_sessions set received_at = now(), signature_valid = $2, fields_valid = $3, problems = $4 where id "
      "= $1",
      {session.id, session.signature_valid, session.fields_valid, session.problems});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::int64_t> trim_test_sessions(Database& database, std::int64_t expired_before_us) {
  auto rows = database.query("delete from test_sessions where expires_at < $1", {timestamp_us(expired_before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
