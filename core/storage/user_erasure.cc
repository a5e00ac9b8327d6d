// Every statement takes the user's id and finds by itself what is theirs: rows that refer to their affiliates, and rows
// that hold the address with which they log in. An address that a merchant has given one of their affiliates counts
// within that merchant's account alone, for it may be somebody else's.
//
// Order: events that wait to be told are locked first. Whoever is turning them into webhooks commits before, so that
// the webhooks that come of it are met by the statement after.
#include "core/storage/user_erasure.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// $1 is the user's id.
const std::string kAffiliates = "(select id from affiliates where user_id = $1)";
const std::string kPublicIds = "(select public_id from affiliates where user_id = $1)";
const std::string kEnrolments = "(select id from enrolments where affiliate_id in " + kAffiliates + ")";
const std::string kPostbacks = "(select id from webhook_endpoints where affiliate_id in " + kAffiliates + ")";
const std::string kAddress = "(select lower(email) from users where id = $1)";
const std::string kInvites =
    "(select i.id from invites i join campaigns c on c.id = i.campaign_id where lower(i.email) = " + kAddress +
    " or exists (select 1 from affiliates f where f.user_id = $1 and f.account_id = c.account_id and f.mode = c.mode "
    "and lower(f.email) = lower(i.email)))";

// Of a webhook's body, a JSON object that we wrote ourselves: no blank stands around a colon.
constexpr std::string_view kBlankBodies =
    R"(update webhook_events set body = regexp_replace(regexp_replace(body, '"email":"([^"\\]|\\.)*"', '"email":"' ||)"
    R"( subject || '@erased.invalid"', 'g'), '"name":"([^"\\]|\\.)*"', '"name":""', 'g') )"
    R"(where subject like 'aff\_%' and subject in )";
// In reasons, merchants may have named the person. A name of a letter or two is in every word.
constexpr std::string_view kBlankAudit =
    "update audit a set details = a.details || case when a.details ? 'email' then '{\"email\": \"erased\"}'::jsonb "
    "else '{}' end || case when a.details ? 'name' then '{\"name\": \"erased\"}'::jsonb else '{}' end, "
    "reason = replace(replace(a.reason, u.email, 'erased'), case when length(u.name) > 2 then u.name else u.email end, "
    "'erased') from users u where u.id = $1 and (a.subject = u.public_id or a.subject in ";

std::vector<std::string> statements() {
  return {
      "select 1 from events_out where subject in " + kPublicIds + " for update",
      "update events_out set payload = payload - 'email' - 'name' where subject in " + kPublicIds,
      std::string(kBlankBodies) + kPublicIds,
      // The URL of a tracker may name its owner.
      "update webhook_events set body = '' where id in (select event_id from webhook_deliveries where endpoint_id in " +
          kPostbacks + ")",
      "update audit set details = details - 'host' where subject in (select public_id from webhook_endpoints where id "
      "in " +
          kPostbacks + ")",
      "update webhook_endpoints set url = '', description = '' where id in " + kPostbacks,
      std::string(kBlankAudit) + kPublicIds + ")",
      "delete from join_confirmations where invite_id in " + kInvites,
      "update invites set email = 'erased-' || id, voided_at = coalesce(voided_at, now()) where id in " + kInvites,
      "delete from application_links where enrolment_id in " + kEnrolments,
      "update enrolments set status = 'removed', removed_at = now() where status = 'pending' and id in " + kEnrolments,
      "delete from mails where lower(recipient) = " + kAddress + " or (kind = 'application_decided' and about in " +
          kEnrolments + ")",
      "update consents set address = '' where user_id = $1",
      "delete from sessions where user_id = $1",
      "delete from password_resets where user_id = $1",
      "update affiliates set email = public_id || '@erased.invalid', name = '', status = 'erased' where user_id = $1",
  };
}

}  // namespace

Result<std::vector<LinkedAffiliate>> lock_linked_affiliates(Database& database, UserId user) {
  return read_all<LinkedAffiliate>(
      database.query("select public_id, account_id, mode from affiliates where user_id = $1 and status <> 'erased' "
                     "order by id for update",
                     {user.value}),
      [](RowReader& in) {
        LinkedAffiliate row;
        row.public_id = in.text();
        row.account = in.id<wire::AccountId>();
        row.mode = in.mode();
        return row;
      });
}

Result<std::vector<WebhookId>> postbacks_of_user(Database& database, UserId user) {
  return read_all<WebhookId>(database.query("select id from webhook_endpoints where status <> 'deleted' and id in " +
                                                kPostbacks + " order by id",
                                            {user.value}),
                             [](RowReader& in) { return in.id<WebhookId>(); });
}

Result<void> erase_traces_of(Database& database, UserId user) {
  for (const std::string& statement : statements()) {
    if (auto stored = done(database.query(statement, {user.value})); !stored) return stored;
  }
  return {};
}

}  // namespace footfall::core
