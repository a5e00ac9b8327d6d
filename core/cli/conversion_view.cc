#include "core/cli/conversion_view.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/cli/views.h"
#include "core/domain/money.h"

namespace footfall::core {
namespace {

boost::json::value amount(const std::optional<std::int64_t>& minor, const std::optional<std::string>& currency) {
  if (!minor) return nullptr;
  return boost::json::value(format_amount(*minor, currency.value_or("")));
}

}  // namespace

boost::json::object conversion_view(const ConversionRow& row) {
  return {{"id", row.public_id},
          {"status", status_name(row.status)},
          {"mode", mode_name(row.mode)},
          {"attributed", row.attributed},
          {"method", text_or_null(row.method)},
          {"reason", row.reason},
          {"explanation", row.explanation},
          {"campaign", text_or_null(row.campaign_public_id)},
          {"affiliate", text_or_null(row.affiliate_public_id)},
          {"click", text_view(row.click_id)},
          {"promo_code", text_view(row.promo_code)},
          {"affiliate_code", text_view(row.affiliate_code)},
          {"external_id", text_view(row.external_id)},
          {"goal", row.goal},
          {"customer_id", text_view(row.customer_id)},
          {"prospect_email", text_view(row.prospect_email)},
          {"amount", amount(row.amount_minor, row.currency)},
          {"currency", text_view(row.currency)},
          {"commission", amount(row.commission_minor, row.commission_currency)},
          {"commission_currency", text_view(row.commission_currency)},
          {"reversed", amount(row.reversed_minor, row.commission_currency)},
          {"terms", row.terms ? parsed_view(*row.terms) : boost::json::value(nullptr)},
          {"review", row.is_held()},
          {"disputed", row.disputed},
          {"waits_for_click_until", time_view(row.unresolved_until_us)},
          {"occurred_at", time_view(row.occurred_us)},
          {"created_at", time_view(row.created_us)},
          {"hold_until", time_view(row.hold_until_us)},
          {"decided_at", time_view(row.decided_us)},
          {"paid_at", time_view(row.paid_us)},
          {"rejection_reason", text_view(row.rejection_reason)},
          {"rejection_note", text_view(row.rejection_note)},
          {"metadata", row.metadata ? parsed_view(*row.metadata) : boost::json::value(nullptr)},
          {"request_id", text_view(row.request_id)}};
}

boost::json::object ledger_view(const LedgerRow& row) {
  return {{"transaction", row.transaction}, {"book", row.book}, {"amount", amount(row.amount_minor, row.currency)},
          {"currency", row.currency},       {"memo", row.memo}, {"at", time_view(row.at_us)}};
}

boost::json::object audit_view(const AuditRow& row) {
  return {{"at", time_view(row.at_us)},
          {"account", text_or_null(row.account_public_id)},
          {"actor", row.actor},
          {"action", row.action},
          {"subject", row.subject},
          {"reason", text_or_null(row.reason)},
          {"details", parsed_view(row.details)}};
}

}  // namespace footfall::core
