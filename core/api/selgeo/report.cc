#include "core/api/selgeo/report.h"

#include "core/api/json_input.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

constexpr std::size_t kTransactionIdMax = 255;  // SELX-01, characters
constexpr std::size_t kEventTypeMax = 100;
constexpr std::size_t kPromoCodeMax = 255;

class Reader {
 public:
  Reader(const JsonObject& object, std::vector<FieldIssue>& issues) : object_(object), issues_(issues) {}

  void complain(std::string_view field, std::string message) {
    issues_.push_back({std::string(field), std::move(message)});
  }

  std::optional<std::string> text(std::string_view field, bool required, std::size_t characters_max) {
    const JsonMember* const member = object_.find(field);
    if (member == nullptr) {
      if (required) complain(field, "Required");
      return std::nullopt;
    }
    if (member->kind != JsonKind::string) {
      complain(field, "Expected string, received " + std::string(json_kind_name(member->kind)));
      return std::nullopt;
    }
    const std::size_t length = character_count(member->text);
    if (length < 1) {
      complain(field, "String must contain at least 1 character(s)");
      return std::nullopt;
    }
    if (length > characters_max) {
      complain(field, "String must contain at most " + std::to_string(characters_max) + " character(s)");
      return std::nullopt;
    }
    if (member->text.find('\0') != std::string::npos) {
      complain(field, "String must not contain a null character");
      return std::nullopt;
    }
    return member->text;
  }

  std::int64_t amount(std::string_view field) {
    const JsonMember* const member = object_.find(field);
    if (member == nullptr) return 0;
    if (member->kind != JsonKind::number) {
      complain(field, "Expected number, received " + std::string(json_kind_name(member->kind)));
      return 0;
    }
    const std::optional<std::int64_t> whole = member->integer();
    if (!whole) {
      complain(field, "Expected integer, received float");
      return 0;
    }
    if (*whole < 0) complain(field, "Number must be greater than or equal to 0");
    if (*whole > kSaleMinorMax) {
      complain(field, "Number must be less than or equal to " + std::to_string(kSaleMinorMax));
    }
    return *whole;
  }

 private:
  const JsonObject& object_;
  std::vector<FieldIssue>& issues_;
};

}  // namespace

std::vector<FieldIssue> read_report(std::string_view body, Report& report) {
  std::vector<FieldIssue> issues;
  std::string problem;
  const std::optional<JsonObject> object = JsonObject::parse(body, problem);
  if (!object) return {{"body", problem}};
  Reader read(*object, issues);

  if (const auto click = read.text("click_id", false, kTransactionIdMax)) {
    report.click = wire::parse_uuid(*click);
    if (!report.click) read.complain("click_id", "Invalid uuid");
  }
  report.promo_code = read.text("promo_code", false, kPromoCodeMax);
  report.external_transaction_id = read.text("external_transaction_id", true, kTransactionIdMax).value_or("");
  report.event_type = read.text("event_type", true, kEventTypeMax).value_or("");
  report.amount_cents = read.amount("amount_cents");
  if (const auto currency = read.text("currency", false, kTransactionIdMax)) {
    auto known = parse_currency(*currency);
    if (known) {
      report.currency = *known;
    } else {
      read.complain("currency", "Invalid ISO 4217 currency code");
    }
  } else if (object->find("currency") == nullptr && report.amount_cents > 0) {
    read.complain("currency", "Required when amount_cents is greater than 0");
  }
  if (const auto occurred = read.text("occurred_at", false, kTransactionIdMax)) {
    auto time = parse_iso8601(*occurred);
    if (time) {
      report.occurred_us = *time;
    } else {
      read.complain("occurred_at", "Invalid datetime");
    }
  }
  report.prospect_email = read.text("prospect_email", false, kTransactionIdMax);
  if (report.prospect_email && !looks_like_email(*report.prospect_email))
    read.complain("prospect_email", "Invalid email");
  return issues;
}

}  // namespace footfall::core::selgeo
