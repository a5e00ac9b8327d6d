#include "core/storage/applications.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select e.id, e.status, f.public_id, f.name, f.email, c.public_id, c.name, a.id, a.name, c.mode from enrolments e "
    "join affiliates f on f.id = e.affiliate_id join campaigns c on c.id = e.campaign_id "
    "join accounts a on a.id = c.account_id ";

Result<std::optional<ApplicationRow>> read_application(Result<Rows> rows) {
  return read_optional<ApplicationRow>(std::move(rows), [](RowReader& in) {
    ApplicationRow row;
    row.enrolment = in.id<EnrolmentId>();
    row.status = in.text();
    row.affiliate_public_id = in.text();
    row.affiliate_name = in.text();
    row.affiliate_email = in.text();
    row.campaign_public_id = in.text();
    row.campaign_name = in.text();
    row.account = in.id<wire::AccountId>();
    row.account_name = in.text();
    row.mode = in.mode();
    return row;
  });
}

}  // namespace

Result<std::optional<ApplicationRow>> find_application(Database& database, EnrolmentId enrolment) {
  return read_application(database.query(std::string(kSelect) + "where e.id = $1", {enrolment.value}));
}

Result<std::optional<ApplicationRow>> find_application_by_token(Database& database, std::string_view token_hash) {
  return read_application(database.query(
      std::string(kSelect) +
          "join application_links l on l.enrolment_id = e.id where l.token_hash = $1 and l.expires_at > now()",
      {bytea(token_hash)}));
}

Result<void> store_application_link(Database& database, std::string_view token_hash, EnrolmentId enrolment,
                                    std::int64_t valid_s) {
  auto dropped = database.query("delete from application_links where expires_at <= now()");
  if (!dropped) return Failure(dropped.error());
  return done(database.query(
      "insert into application_links (token_hash, enrolment_id, expires_at) values ($1, $2, now() + $3 * interval '1 "
      "second') on conflict (enrolment_id) do update set token_hash = excluded.token_hash, expires_at = "
      "excluded.expires_at",
      {bytea(token_hash), enrolment.value, valid_s}));
}

Result<bool> has_user(Database& database, wire::AffiliateId affiliate) {
  return read_one<bool>(
      database.query("select user_id is not null from affiliates where id = $1", {affiliate.value}),
      [](RowReader& in) { return in.flag(); }, "there is no such affiliate");
}

}  // namespace footfall::core
