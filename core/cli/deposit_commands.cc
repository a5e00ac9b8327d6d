// Each verb is one action on deposits and prints the deposit as it is afterwards. Amounts are read here, in the
// currency of the deposit, where an action takes minor units.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/deposits.h"
#include "core/actions/payment_disputes.h"
#include "core/actions/reading/deposits.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

boost::json::object deposit_view(const DepositRow& row) {
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", mode_name(row.mode)},
          {"amount", format_amount(row.amount_minor, row.currency)},
          {"currency", row.currency},
          {"method", row.method},
          {"status", row.status},
          {"refunded", format_amount(row.refunded_minor, row.currency)},
          {"return_url", text_view(row.return_url)},
          {"payment_url", text_view(row.payment_url)},
          {"created_at", time_view(row.created_us)},
          {"expires_at", time_view(row.expires_us)},
          {"paid_at", time_view(row.paid_us)}};
}

boost::json::object notice_view(const DepositRow& row, const PaymentNoticeRow& notice) {
  return {{"id", notice.notice_id},
          {"event", notice.event},
          {"outcome", notice.outcome},
          {"amount_minor", notice.amount_minor},
          {"currency", notice.currency.empty() ? row.currency : notice.currency},
          {"received_at", time_view(notice.received_us)}};
}

boost::json::object dispute_view(const DepositRow& row, const PaymentDisputeRow& dispute) {
  return {{"id", dispute.dispute_id},
          {"status", dispute.status},
          {"amount", format_amount(dispute.amount_minor, row.currency)},
          {"taken", format_amount(dispute.taken_minor, row.currency)},
          {"opened_at", time_view(dispute.opened_us)},
          {"closed_at", time_view(dispute.closed_us)}};
}

Result<void> show_one(Context& context, const Result<DepositRow>& row) {
  if (!row) return Failure(row.error());
  return context.show(deposit_view(*row));
}

struct CreateOptions {
  NewDeposit deposit;
  std::string mode = "live";
};

Result<void> create(Context& context, const CreateOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  NewDeposit deposit = options.deposit;
  deposit.mode = mode_of(options.mode);
  auto row = prepare_deposit(**database, context.caller(), deposit, {}, system_clock().wall_us());
  if (!row) return Failure(row.error());
  auto session = context.hooks().open_payment_page(*row);
  if (!session) return Failure(session.error());
  if (*session) {
    row->session = (*session)->reference;
    row->payment_url = (*session)->url;
  }
  return show_one(context, store_prepared(**database, context.caller(), std::move(*row)));
}

struct ListOptions {
  OwnerIds owners;
  DepositFilter filter;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  DepositFilter filter = options.filter;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto rows = read_deposits(**database, context.caller(), filter, options.owners);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const DepositRow& row : *rows) all.push_back(deposit_view(row));
  return context.list("deposits", all,
                      {"id", "account", "mode", "amount", "currency", "method", "status", "created_at", "expires_at"});
}

Result<void> show(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = read_deposit(**database, context.caller(), id);
  if (!row) return Failure(row.error());
  auto notices = read_payment_notices(**database, *row);
  if (!notices) return Failure(notices.error());
  boost::json::array said;
  for (const PaymentNoticeRow& notice : *notices) said.push_back(notice_view(*row, notice));
  auto disputes = read_payment_disputes(**database, *row);
  if (!disputes) return Failure(disputes.error());
  boost::json::array disputed;
  for (const PaymentDisputeRow& dispute : *disputes) disputed.push_back(dispute_view(*row, dispute));
  boost::json::object view = deposit_view(*row);
  view["notices"] = std::move(said);
  view["disputes"] = std::move(disputed);
  return context.show(view);
}

struct MoveOptions {
  std::string id;
  std::optional<std::string> amount;
  std::string dispute;  // of a refund
};

// The amount in the deposit's minor units; none: none was given.
Result<std::optional<std::int64_t>> amount_of(Database& database, Context& context, const MoveOptions& options) {
  if (!options.amount) return std::nullopt;
  auto row = read_deposit(database, context.caller(), options.id);
  if (!row) return Failure(row.error());
  auto minor = parse_minor(*options.amount, currency_exponent(row->currency).value_or(2));
  if (!minor) return Failure(minor.error());
  return *minor;
}

Result<void> confirm(Context& context, const MoveOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto received = amount_of(**database, context, options);
  if (!received) return Failure(received.error());
  return show_one(context,
                  confirm_deposit(**database, context.caller(), options.id, *received, system_clock().wall_us()));
}

Result<void> refund(Context& context, const MoveOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (options.dispute.empty()) {
    return show_one(context, refund_deposit(**database, context.caller(), options.id, options.amount));
  }
  auto part = amount_of(**database, context, options);
  if (!part) return Failure(part.error());
  return show_one(context, book_rest_of_dispute(**database, context.caller(), options.id, options.dispute, *part));
}

}  // namespace

void add_deposit(Command app, Context& context) {
  Command noun = app.add_noun("deposit", "Money that merchants pay in, and of which commissions are reserved");

  Command creating = noun.add_verb("create", "Ask for a deposit in the account's currency",
                                   "deposit create --account acc_01h… --amount 1000 --method transfer");
  auto made = std::make_shared<CreateOptions>();
  creating.add_option("--account", made->deposit.account, "acc_…").required();
  creating.add_option("--amount", made->deposit.amount, "In major units, such as 1000.00").required();
  made->deposit.method = "transfer";
  creating.add_option("--method", made->deposit.method, "stripe, sunrise_pay, transfer or proforma")
      .choose_from({"stripe", "sunrise_pay", "transfer", "proforma"})
      .show_default();
  add_mode(creating, made->mode);
  creating.callback([&context, made] { context.choose([&context, made] { return create(context, *made); }); });

  Command listing = noun.add_verb("list", "Deposits, newest first", "deposit list --status pending_payment");
  auto listed = std::make_shared<ListOptions>();
  listing.add_option("--account", listed->owners.account, "acc_…");
  listing.add_option("--status", listed->filter.status, "pending_payment, paid or refunded")
      .choose_from({"pending_payment", "paid", "refunded"});
  add_paging(listing, listed->paging);
  listing.callback([&context, listed] { context.choose([&context, listed] { return list(context, *listed); }); });

  Command showing = noun.add_verb("show", "One deposit", "deposit show dep_01h…");
  auto id = std::make_shared<std::string>();
  showing.add_option("id", *id, "dep_…").required();
  showing.callback([&context, id] { context.choose([&context, id] { return show(context, *id); }); });

  Command confirming = noun.add_verb("confirm", "The money has come: it is free to spend, also after the expiry",
                                     "deposit confirm dep_01h… --amount 1000 --reason \"statement of 3 May\"");
  auto confirmed = std::make_shared<MoveOptions>();
  confirming.add_option("id", confirmed->id, "dep_…").required();
  confirming.add_option("--amount", confirmed->amount, "What came; refused if it is not what was asked for");
  confirming.callback(
      [&context, confirmed] { context.choose([&context, confirmed] { return confirm(context, *confirmed); }); });

  Command refunding = noun.add_verb("refund", "Pay back what is not reserved or spent", "deposit refund dep_01h…");
  auto refunded = std::make_shared<MoveOptions>();
  refunding.add_option("id", refunded->id, "dep_…").required();
  refunding.add_option("--amount", refunded->amount, "Part of it, such as 250.00; without it, all that remains");
  refunding.add_option("--dispute", refunded->dispute,
                       "The provider's id of a dispute: what it has not taken yet, which comes back if it is won");
  refunding.callback(
      [&context, refunded] { context.choose([&context, refunded] { return refund(context, *refunded); }); });
}

}  // namespace footfall::core
