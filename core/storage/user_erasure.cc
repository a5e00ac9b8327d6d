// Every statement takes one id ($1), of a user or of an affiliate, and finds by itself what is theirs: rows that refer
// to their affiliates, and rows that hold the address with which they log in. An address that a merchant has given one
// of their affiliates counts within that merchant's account alone, and as long as it was theirs, for it may be somebody
// else's. Tables that grow with the installation are asked by an index: "or" and a subquery would read all of it.
//
// Order: events that wait to be told are locked first. Whoever is turning them into webhooks commits before, so that
// the webhooks that come of it are met by the statement after. The audit trail knows earlier names and addresses: it is
// blanked last.
#include "core/storage/user_erasure.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// Of a webhook's body, a JSON object that we wrote ourselves: no blank stands around a colon.
constexpr std::string_view kBlankBodies =
    R"(update webhook_events set body = regexp_replace(regexp_replace(body, '"email":"([^"\\]|\\.)*"', '"email":"' ||)"
    R"( subject || '@erased.invalid"', 'g'), '"name":"([^"\\]|\\.)*"', '"name":""', 'g') )"
    R"(where subject like 'aff\_%' and subject in )";

// What is one person's, as subqueries.
struct Traces {
  std::string affiliates;  // ids
  std::string public_ids;  // of the affiliates
  std::string subjects;    // of the audit trail
  std::string addresses;   // lower case
  std::string words;       // by what a reason may name them
  std::string invites;     // ids
  std::string enrolments;  // ids
  std::string postbacks;   // ids
};

// Addresses that merchants gave: today's, and earlier ones up to the next change.
std::string aliases_of(const std::string& condition) {
  return "(select f.account_id, f.mode, lower(f.email) as email, 'infinity'::timestamptz as until from affiliates f "
         "where " +
         condition +
         " union all select f.account_id, f.mode, lower(t.details->>'email'), coalesce(lead(t.at) over (partition by "
         "f.id order by t.id), 'infinity') from affiliates f join audit t on t.subject = f.public_id where " +
         condition + " and t.details ? 'email')";
}

std::string invites_to(const std::string& aliases) {
  return "select i.id from " + aliases +
         " k join invites i on lower(i.email) = k.email and i.created_at < k.until join campaigns c on c.id = "
         "i.campaign_id and c.account_id = k.account_id and c.mode = k.mode";
}

// `condition`: on the affiliates f. What the affiliates share with nobody.
Traces traces_of_affiliates(const std::string& condition) {
  Traces traces;
  traces.affiliates = "(select f.id from affiliates f where " + condition + ")";
  traces.public_ids = "(select f.public_id from affiliates f where " + condition + ")";
  traces.subjects = traces.public_ids;
  traces.addresses = "select k.email from " + aliases_of(condition) + " k";
  traces.words = "select f.email as word from affiliates f where " + condition +
                 " union select f.name from affiliates f where " + condition;
  traces.invites = "(" + invites_to(aliases_of(condition)) + ")";
  traces.enrolments = "(select id from enrolments where affiliate_id in " + traces.affiliates + ")";
  traces.postbacks = "(select id from webhook_endpoints where affiliate_id in " + traces.affiliates + ")";
  return traces;
}

const std::string kAddress = "(select lower(email) from users where id = $1)";

const Traces& of_user() {
  static const Traces traces = [] {
    Traces all = traces_of_affiliates("f.user_id = $1");
    all.subjects =
        "(select public_id from users where id = $1 union all select public_id from affiliates where "
        "user_id = $1)";
    all.words =
        "select email as word from users where id = $1 union select name from users where id = $1 union " + all.words;
    all.addresses += " union select lower(email) from users where id = $1";
    all.invites = "(select id from invites where lower(email) = " + kAddress + " union " + all.invites + ")";
    return all;
  }();
  return traces;
}

const Traces& of_affiliate() {
  static const Traces traces = traces_of_affiliates("f.id = $1");
  return traces;
}

// What names them beside the rows of affiliates and users, up to the audit trail.
std::vector<std::string> statements_of(const Traces& traces) {
  const std::string confirmations = "(select id from join_confirmations where invite_id in " + traces.invites + ")";
  return {
      "select 1 from events_out where subject in " + traces.public_ids + " for update",
      "update events_out set payload = payload - 'email' - 'name' where subject in " + traces.public_ids,
      std::string(kBlankBodies) + traces.public_ids,
      // The URL of a tracker may name its owner.
      "update webhook_events set body = '' where id in (select event_id from webhook_deliveries where endpoint_id in " +
          traces.postbacks + ")",
      "update audit set details = details - 'host' where subject in (select public_id from webhook_endpoints where id "
      "in " +
          traces.postbacks + ")",
      "update webhook_endpoints set url = '', description = '' where id in " + traces.postbacks,
      // What they bought through their own link, by one of their addresses or one that its rule took for theirs.
      "update conversions c set prospect_email = null, buyer = null where c.prospect_email is not null and "
      "(c.campaign_id, c.affiliate_id) in (select campaign_id, affiliate_id from enrolments where affiliate_id in " +
          traces.affiliates + ") and (lower(c.prospect_email) in (" + traces.addresses +
          ") or exists (select 1 from audit t where t.subject = c.public_id and t.action = 'conversion.hold' and "
          "t.details @> '{\"rules\": [{\"rule\": \"self_referral_email\"}]}'))",
      "update stripe_objects o set buyer_email = null where o.buyer_email is not null and o.account_id in (select "
      "account_id from affiliates where id in " +
          traces.affiliates + ") and lower(o.buyer_email) in (" + traces.addresses + ")",
      "update stripe_events e set buyer_email = null where e.buyer_email is not null and e.account_id in (select "
      "account_id from affiliates where id in " +
          traces.affiliates + ") and lower(e.buyer_email) in (" + traces.addresses + ")",
      "delete from mails where kind in ('application', 'application_decided') and about in " + traces.enrolments,
      "delete from mails where kind = 'join_confirmation' and about in " + confirmations,
      "delete from mails where kind = 'join_request' and lower(recipient) in (" + traces.addresses +
          ") and about in (select c.id from affiliates f join campaigns c on c.account_id = f.account_id and c.mode = "
          "f.mode where f.id in " +
          traces.affiliates + ")",
      "delete from join_confirmations where invite_id in " + traces.invites,
      "update invites set email = 'erased-' || id, voided_at = coalesce(voided_at, now()) where id in " +
          traces.invites,
      "delete from application_links where enrolment_id in " + traces.enrolments,
      "update enrolments set status = 'removed', removed_at = now() where status = 'pending' and id in " +
          traces.enrolments,
  };
}

const std::string kBlankAffiliates =
    "update affiliates set email = public_id || '@erased.invalid', name = '', status = 'erased'";

std::vector<std::string> statements_of_user() {
  auto all = statements_of(of_user());
  all.push_back("delete from mails where lower(recipient) = " + kAddress);
  all.push_back("update consents set address = '' where user_id = $1");
  all.push_back("delete from sessions where user_id = $1");
  all.push_back("delete from portal_visitors where user_id = $1");
  all.push_back("delete from password_resets where user_id = $1");
  all.push_back(kBlankAffiliates + " where user_id = $1");
  return all;
}

// The person stays, and may be the affiliate of others.
std::vector<std::string> statements_of_affiliate() {
  auto all = statements_of(of_affiliate());
  all.push_back(
      "update consents s set address = '' from affiliates f, campaigns c where f.id = $1 and s.user_id = "
      "f.user_id and c.id = s.campaign_id and c.account_id = f.account_id");
  all.push_back(kBlankAffiliates + ", user_id = null where id = $1");
  return all;
}

// The words are collected before the rows that hold them are blanked; longest first, for one may hold another.
std::string words_query(const Traces& traces) {
  return "select word from (" + traces.words +
         " union select unnest(array[details->>'email', details->>'name']) from audit where subject in " +
         traces.subjects + ") w where length(word) > 1 order by length(word) desc, word";
}

std::string blank_details(const Traces& traces) {
  return "update audit set details = details || case when details ? 'email' then '{\"email\": \"erased\"}'::jsonb else "
         "'{}' end || case when details ? 'name' then '{\"name\": \"erased\"}'::jsonb else '{}' end where (details ? "
         "'email' or details ? 'name') and subject in " +
         traces.subjects;
}

// Whole words alone: a short name is in many others. What is no letter, digit or blank of a name is escaped.
std::string without_word(const std::string& column) {
  return "regexp_replace(" + column +
         ", '(?<!\\w)' || regexp_replace($2, '([^\\w\\s])', '\\\\\\1', 'g') || '(?!\\w)', 'erased', 'gi')";
}

// What people wrote about them, and about their conversions, whose first two entries hold our words alone.
std::vector<std::string> blank_word(const Traces& traces) {
  const std::string conversions =
      "(select c.id, c.public_id from enrolments e join conversions c on c.campaign_id = e.campaign_id and "
      "c.affiliate_id = e.affiliate_id where e.affiliate_id in " +
      traces.affiliates + ") c";
  return {
      "update audit set reason = " + without_word("reason") + " where reason <> '' and subject in " + traces.subjects,
      "update audit a set reason = " + without_word("a.reason") + " from " + conversions +
          " where a.subject = c.public_id and a.reason <> '' and a.action not in ('conversion.create', "
          "'conversion.hold')",
      "update conversions x set rejection_note = " + without_word("x.rejection_note") +
          ", rejection_reason = " + without_word("x.rejection_reason") + " from " + conversions +
          " where x.id = c.id and (x.rejection_note <> '' or x.rejection_reason <> '')"};
}

Result<void> erase(Database& database, const Traces& traces, const std::vector<std::string>& statements,
                   std::uint64_t id) {
  auto words =
      read_all<std::string>(database.query(words_query(traces), {id}), [](RowReader& in) { return in.text(); });
  if (!words) return Failure(words.error());
  for (const std::string& statement : statements) {
    if (auto stored = done(database.query(statement, {id})); !stored) return stored;
  }
  if (auto stored = done(database.query(blank_details(traces), {id})); !stored) return stored;
  const std::vector<std::string> of_each_word = blank_word(traces);
  for (const std::string& word : *words) {
    for (const std::string& statement : of_each_word) {
      if (auto stored = done(database.query(statement, {id, word})); !stored) return stored;
    }
  }
  return {};
}

Result<std::vector<WebhookId>> postbacks_of(Database& database, const Traces& traces, std::uint64_t id) {
  return read_all<WebhookId>(database.query("select id from webhook_endpoints where status <> 'deleted' and id in " +
                                                traces.postbacks + " order by id",
                                            {id}),
                             [](RowReader& in) { return in.id<WebhookId>(); });
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
  return postbacks_of(database, of_user(), user.value);
}

Result<std::vector<WebhookId>> postbacks_of_affiliate(Database& database, wire::AffiliateId affiliate) {
  return postbacks_of(database, of_affiliate(), affiliate.value);
}

Result<void> erase_traces_of(Database& database, UserId user) {
  static const auto statements = statements_of_user();
  return erase(database, of_user(), statements, user.value);
}

Result<void> erase_traces_of(Database& database, wire::AffiliateId affiliate) {
  static const auto statements = statements_of_affiliate();
  return erase(database, of_affiliate(), statements, affiliate.value);
}

}  // namespace footfall::core
