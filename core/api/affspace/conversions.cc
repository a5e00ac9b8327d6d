#include "core/api/affspace/conversions.h"

#include "core/actions/reading.h"
#include "core/actions/record_conversion.h"
#include "core/actions/test_sessions.h"
#include "core/api/affspace/gate.h"
#include "core/domain/money.h"
#include "proto/base/bytes.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;
constexpr std::size_t kGoalCharactersMax = 100;
constexpr int kPageDefault = 100;  // AF-22
constexpr int kPageMax = 500;      // AFS-52

Answer tracked(std::string_view id, std::string_view currency) {
  return success({{"tracked", true}, {"conversionId", id}, {"status", "pending"}, {"currency", currency}});
}

// AF-1: flat as the reference shows it, and nested for those who read it where tracked answers have it.
Answer not_tracked(std::string_view reason, std::string_view message, const ConversionRow& earlier) {
  const json::object body = {
      {"success", true},
      {"tracked", false},
      {"reason", reason},
      {"message", message},
      {"data", {{"tracked", false}, {"reason", reason}, {"message", message}, {"conversionId", earlier.public_id}}}};
  Answer answer;
  answer.body = json::serialize(body);
  return answer;
}

std::string_view message_of(const Attribution& attribution) {
  if (attribution.reason == AttributionReason::campaign_inactive) {
    return attribution.earner.campaign_exists ? "Offer not active" : "Offer not found";
  }
  return "Click not found";  // AF-28: the only message for a click that cannot earn
}

Answer spell(const RecordedConversion& recorded, const ConversionReport& report) {
  const ConversionRow& row = recorded.conversion;
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return tracked(report.dry_run ? wire::new_public_id("conv_test_") : row.public_id, row.currency.value_or(""));
    case RecordOutcome::duplicate:
      return not_tracked("duplicate_txid",
                         "Conversion received. A conversion with this transaction ID is already recorded.", row);
    case RecordOutcome::customer_limit:
      return not_tracked("cpa_customer_limit",
                         "Conversion received. This customer already converted under this CPA offer.", row);
    case RecordOutcome::click_limit:
      return not_tracked("cpa_click_limit", "Conversion received. This click already converted under this CPA offer.",
                         row);
    case RecordOutcome::needs_click: {
      Answer wait;
      wait.wait_for = report.click;
      return wait;
    }
    case RecordOutcome::click_of_another:
      return refuse_validation("Unauthorized - click belongs to different vendor");
    case RecordOutcome::not_attributed:
      return refuse_validation(message_of(recorded.attribution));
    case RecordOutcome::amount_required:
      return refuse_validation("amount required for CPS/RevShare/percentage offers");
    case RecordOutcome::amount_not_positive:
      return refuse_validation("amount must be positive");
    case RecordOutcome::amount_invalid:
      return refuse_validation("Invalid amount");
    case RecordOutcome::currency_mismatch:
      return refuse_validation("currency must match offer currency");
    case RecordOutcome::budget_exceeded:
      return refuse_validation("Offer not active");
    case RecordOutcome::no_signal:
    case RecordOutcome::mode_mismatch:
      return refuse_validation("Click not found");
  }
  return refuse(kAffSpace, 500);
}

// What is wrong with a report that is about no real click: the same checks, in the same words.
std::vector<FieldProblem> problems_of(Desk& desk, const Caller& caller, const TestSession& session,
                                      const ConversionReport& report) {
  std::vector<FieldProblem> problems;
  auto offer = read_campaign_by_id(desk.database, caller, session.campaign);
  if (!offer || !*offer) return {{"offer_code", "Offer not found"}};
  if ((*offer)->campaign.status != "active") problems.push_back({"offer_code", "Offer not active"});
  bool needs_amount = false;
  for (const Terms& terms : (*offer)->terms) {
    if (terms.goal == report.goal || terms.goal.empty()) needs_amount = terms.kind == TermsKind::percentage;
    if (terms.goal == report.goal) break;
  }
  if (needs_amount && !report.amount_text) {
    problems.push_back({"sum", "amount required for CPS/RevShare/percentage offers"});
  }
  if (report.amount_text) {
    auto minor = parse_minor(*report.amount_text, currency_exponent(session.campaign_currency).value_or(2),
                             ExcessDigits::round_half_up);
    if (!minor || *minor > kSaleMinorMax) problems.push_back({"sum", "Invalid amount"});
    if (minor && *minor <= 0) problems.push_back({"sum", "amount must be positive"});
  }
  if (report.currency && *report.currency != session.campaign_currency) {
    problems.push_back({"currency", "currency must match offer currency"});
  }
  return problems;
}

Answer take_test(const Call& call, Desk& desk, const Caller& caller, const TestSession& session,
                 const ConversionReport& report) {
  const bool own = session.account == caller.account.id;
  const std::vector<FieldProblem> problems =
      own ? problems_of(desk, caller, session, report) : std::vector<FieldProblem>{};
  if (auto noted = report_test(desk.database, session, own, problems); !noted) {
    return refuse_failure(kAffSpace, noted.error(), call);
  }
  if (!own) return refuse_validation("Unauthorized - click belongs to different vendor");
  if (!problems.empty()) return refuse_validation(problems.front().message);
  return tracked(wire::new_public_id("conv_test_"), session.campaign_currency);
}

std::int64_t owed_minor(const ConversionRow& row) {
  return row.status == ConversionStatus::rejected ? 0 : row.commission_minor - row.reversed_minor;
}

json::object item(const ConversionRow& row) {
  const std::string_view status = row.status == ConversionStatus::paid ? "approved" : status_name(row.status);
  return {{"id", row.public_id},
          {"offerCode", row.campaign_code},
          {"vendorTxId", row.external_id ? json::value(*row.external_id) : json::value(nullptr)},
          {"currency", row.currency.value_or("")},
          {"saleAmountCents", row.amount_minor.value_or(0)},
          {"advertiserPayoutCents", owed_minor(row)},
          {"status", status},
          {"createdAt", row.created_us / 1000}};
}

}  // namespace

Answer take_conversion(const Call& call, Desk& desk, const Caller& caller, Parameters& parameters,
                       std::string_view default_goal) {
  const auto click = parameters.text(kClickNames);
  ConversionReport report;
  report.amount_text = parameters.text(kAmountNames);
  report.external_id = parameters.text(kTransactionNames);
  report.customer_id = parameters.text(kCustomerNames);
  report.goal = parameters.text(kGoalNames, kGoalCharactersMax).value_or(std::string(default_goal));
  const auto currency = parameters.text("currency");
  if (!parameters.problems().empty()) return refuse_validation(parameters.problems().front().message);
  if (!click) return refuse_validation("click_id is required");
  if (currency) {
    auto known = parse_currency(*currency);
    if (!known) return refuse_validation("currency must match offer currency");
    report.currency = *known;
  }
  if (call.click_wait == ClickWait::timed_out) return refuse_for_now(kAffSpace, "Click not stored yet, retry");

  std::string_view spelled = *click;
  if (spelled.size() > kTestPrefix.size() && equal_ignoring_case(spelled.substr(0, kTestPrefix.size()), kTestPrefix)) {
    auto session = test_session_of(desk.database, spelled, call.received_us);
    if (!session) return refuse_failure(kAffSpace, session.error(), call);
    if (*session) return take_test(call, desk, caller, **session, report);
    spelled.remove_prefix(kTestPrefix.size());
    report.dry_run = true;
  }
  report.click = wire::parse_click_id(spelled);
  if (!report.click) return refuse_validation("Click not found");
  report.account = caller.account.id;
  report.mode = caller.mode.value();
  report.policy = &caller.policy;
  report.actor = caller.name;
  report.amount_in_campaign_currency = true;
  report.account_currency = caller.account.currency;
  report.request_id = call.request_id;
  report.received_us = call.received_us;
  report.click_settled = call.click_wait == ClickWait::settled;
  report.click_may_still_come = call.click_wait == ClickWait::unheard && !report.dry_run;
  // A click whose edge is silent may still come; the conversion is booked and waits for it.
  report.must_attribute = !report.click_may_still_come;
  auto recorded = desk.rounds.record(desk.database, report);
  if (!recorded) return refuse_failure(kAffSpace, recorded.error(), call);
  return spell(*recorded, report);
}

Answer report_conversion(const Call& call, Desk& desk) {
  Parameters parameters(call);
  auto admitted = admit(call, desk, presented_key(call, &parameters), "conversions");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  return take_conversion(call, desk, std::get<Caller>(admitted), parameters, "purchase");
}

Answer list_conversions(const Call& call, Desk& desk) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "read");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const auto& caller = std::get<Caller>(admitted);

  ConversionFilter filter;
  const auto limit = read_limit(call, kPageDefault, kPageMax);
  if (!limit) return refuse_validation("limit must be a number");
  filter.limit = *limit + 1;  // one more shows whether there is more
  filter.campaign_code = call.query_value("offer_code");
  if (filter.campaign_code && filter.campaign_code->empty()) filter.campaign_code.reset();
  filter.paid_is_approved = true;
  if (auto status = call.query_value("status"); status && !status->empty()) {
    if (*status != "pending" && *status != "approved" && *status != "rejected" && *status != "reversed") {
      return refuse_validation("status must be one of pending, approved, rejected, reversed");
    }
    filter.status = std::move(status);
  }
  for (const auto& [name, field] : {std::pair("start_date", &filter.from_us), std::pair("end_date", &filter.to_us)}) {
    const auto text = call.query_value(name);
    if (!text || text->empty()) continue;
    *field = field == &filter.to_us ? read_end(*text) : read_time(*text);
    if (!*field) return refuse_validation(std::string(name) + " must be a Unix timestamp in milliseconds");
  }
  if (const auto cursor = call.query_value("cursor"); cursor && !cursor->empty()) {
    auto last = read_conversion(desk.database, caller, *cursor);
    if (!last) return refuse_failure(kAffSpace, last.error(), call);
    if (!*last) return refuse_validation("Invalid cursor");
    filter.below_id = static_cast<std::int64_t>((*last)->id.value);
  }
  auto rows = read_conversions(desk.database, caller, filter);
  if (!rows) return refuse_failure(kAffSpace, rows.error(), call);
  const bool more = rows->size() > static_cast<std::size_t>(*limit);
  if (more) rows->pop_back();
  json::array data;
  for (const ConversionRow& row : *rows) data.push_back(item(row));
  return success_page(std::move(data), more ? std::string_view(rows->back().public_id) : std::string_view());
}

Answer show_conversion(const Call& call, Desk& desk, std::string_view id) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "read");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  auto row = read_conversion(desk.database, std::get<Caller>(admitted), valid_utf8(percent_decode(id, false)));
  if (!row) return refuse_failure(kAffSpace, row.error(), call);
  if (!*row) return refuse_not_found("Conversion not found");
  return success(item(**row));
}

}  // namespace footfall::core::affspace
