// Every statement takes the user's id and finds by itself what is theirs: rows that refer to their affiliates, and rows
// that hold the address with which they log in. An address that a merchant has given one of their affiliates counts
// within that merchant's account alone, and as long as it was theirs, for it may be somebody else's. Tables that grow
// with the installation are asked by an index: "or" and a subquery would read all of it.
//
// Order: events that wait to be told are locked first. Whoever is turning them into webhooks commits before, so that
// the webhooks that come of it are met by the statement after. The audit trail knows earlier names and addresses: it is
// blanked last.
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
const std::string kSubjects =
    "(select public_id from users where id = $1 union all select public_id from affiliates where user_id = $1)";
// Addresses that merchants gave: today's, and earlier ones up to the next change.
const std::string kAliases =
    "(select account_id, mode, lower(email) as email, 'infinity'::timestamptz as until from affiliates where user_id = "
    "$1 union all select f.account_id, f.mode, lower(t.details->>'email'), coalesce(lead(t.at) over (partition by f.id "
    "order by t.id), 'infinity') from affiliates f join audit t on t.subject = f.public_id where f.user_id = $1 and "
    "t.details ? 'email')";
const std::string kInvites =
    "(select id from invites where lower(email) = " + kAddress + " union select i.id from " + kAliases +
    " k join invites i on lower(i.email) = k.email and i.created_at < k.until join campaigns c on c.id = "
    "i.campaign_id and c.account_id = k.account_id and c.mode = k.mode)";
const std::string kConfirmations = "(select id from join_confirmations where invite_id in " + kInvites + ")";

// By what a reason may name them, longest first, for one may hold another.
const std::string kWords =
    "select word from (select email as word from users where id = $1 union select name from users where id = $1 union "
    "select email from affiliates where user_id = $1 union select name from affiliates where user_id = $1 union select "
    "unnest(array[details->>'email', details->>'name']) from audit where subject in " +
    kSubjects + ") w where length(word) > 1 order by length(word) desc, word";
// Whole words alone: a short name is in many others. What is no letter, digit or blank of a name is escaped.
const std::string kBlankReasons =
    "update audit set reason = regexp_replace(reason, '(?<!\\w)' || regexp_replace($2, '([^\\w\\s])', "
    "'\\\\\\1', 'g') || '(?!\\w)', 'erased', 'gi') where reason <> '' and subject in " +
    kSubjects;

// Of a webhook's body, a JSON object that we wrote ourselves: no blank stands around a colon.
constexpr std::string_view kBlankBodies =
    R"(update webhook_events set body = regexp_replace(regexp_replace(body, '"email":"([^"\\]|\\.)*"', '"email":"' ||)"
    R"( subject || '@erased.invalid"', 'g'), '"name":"([^"\\]|\\.)*"', '"name":""', 'g') )"
    R"(where subject like 'aff\_%' and subject in )";
const std::string kBlankDetails =
    "update audit set details = details || case when details ? 'email' then '{\"email\": \"erased\"}'::jsonb else "
    "'{}' end || case when details ? 'name' then '{\"name\": \"erased\"}'::jsonb else '{}' end where (details ? "
    "'email' or details ? 'name') and subject in " +
    kSubjects;

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
      "delete from mails where lower(recipient) = " + kAddress,
      "delete from mails where kind = 'application_decided' and about in " + kEnrolments,
      "delete from mails where kind = 'join_confirmation' and about in " + kConfirmations,
      "delete from join_confirmations where invite_id in " + kInvites,
      "update invites set email = 'erased-' || id, voided_at = coalesce(voided_at, now()) where id in " + kInvites,
      "delete from application_links where enrolment_id in " + kEnrolments,
      "update enrolments set status = 'removed', removed_at = now() where status = 'pending' and id in " + kEnrolments,
      "update consents set address = '' where user_id = $1",
      "delete from sessions where user_id = $1",
      "delete from password_resets where user_id = $1",
      "update affiliates set email = public_id || '@erased.invalid', name = '', status = 'erased' where user_id = $1",
      kBlankDetails,
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
  auto words = read_all<std::string>(database.query(kWords, {user.value}), [](RowReader& in) { return in.text(); });
  if (!words) return Failure(words.error());
  for (const std::string& statement : statements()) {
    if (auto stored = done(database.query(statement, {user.value})); !stored) return stored;
  }
  for (const std::string& word : *words) {
    if (auto stored = done(database.query(kBlankReasons, {user.value, word})); !stored) return stored;
  }
  return {};
}

}  // namespace footfall::core
