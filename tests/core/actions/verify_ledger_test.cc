// Sound books pass; each kind of fault, put in behind the ledger's back, is named.
#include "core/actions/verify_ledger.h"

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/storage/ledger.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class VerifyLedger : public Provisioned {
 protected:
  AccountRow owner_ = account();
  Campaign campaign_ = campaign(owner_);
  Caller caller_ = key_of(owner_, wire::Mode::live);
  ConversionRounds rounds_{system_clock(), url_};

  void SetUp() override {
    ASSERT_TRUE(join(campaign_, "jane@blog.example", "summer24").has_value());
    ASSERT_TRUE(database_
                    .execute("insert into promo_codes (public_id, account_id, mode, code, code_fold, campaign_id, "
                             "affiliate_id) select 'prm_1', c.account_id, 'live', 'SAVE', 'save', c.id, a.id "
                             "from campaigns c, affiliates a")
                    .has_value());
  }
  std::string book(const std::string& transaction) {
    ConversionReport report;
    report.promo_code = "SAVE";
    report.external_id = transaction;
    report.amount_minor = 1'000;
    report.currency = "EUR";
    report.received_us = system_clock().wall_us();
    auto recorded = rounds_.record(database_, caller_, report);
    EXPECT_TRUE(recorded.has_value() && recorded->outcome == RecordOutcome::booked);
    return recorded->conversion.public_id;
  }
  void change(const std::string& conversion, ConversionVerb verb, std::optional<std::int64_t> part = {}) {
    ConversionChange step;
    step.public_id = conversion;
    step.verb = verb;
    step.part_minor = part;
    auto changed = change_conversion(database_, kOperator, step);
    EXPECT_TRUE(changed.has_value()) << changed.error().message;
  }
  DepositRow paid_deposit() {
    const std::int64_t now_us = system_clock().wall_us();
    auto made = create_deposit(database_, kOperator, {owner_.public_id, wire::Mode::live, "10.00", {}, "transfer", {}},
                               {}, now_us);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    auto paid = confirm_deposit(database_, kOperator, made->public_id, {}, now_us);
    EXPECT_TRUE(paid.has_value()) << paid.error().message;
    return *paid;
  }
  void behind_its_back(const std::string& sql) {
    auto done = database_.execute("set session_replication_role = replica; " + sql);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    ASSERT_TRUE(database_.execute("set session_replication_role = origin").has_value());
  }
  std::string faults() {
    auto report = verify_ledger(database_);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    std::string all;
    for (const std::string& fault : report->faults) all += fault + "\n";
    return all;
  }
};

TEST_F(VerifyLedger, EveryLifePasses) {
  using enum ConversionVerb;
  book("pending");
  change(book("approved"), approve);
  change(book("rejected"), reject);
  const auto restored = book("restored");
  change(restored, reject);
  change(restored, restore);
  const auto paid = book("paid");
  change(paid, approve);
  change(paid, pay);
  const auto clawed = book("clawed back");
  change(clawed, approve);
  change(clawed, pay);
  change(clawed, reverse, 30);
  const auto reversed = book("reversed");
  change(reversed, reverse, 30);
  change(reversed, reverse);
  const DepositRow refunded = paid_deposit();
  ASSERT_TRUE(refund_deposit(database_, kOperator, refunded.public_id, "2.50").has_value());
  EXPECT_EQ(faults(), "");
  auto report = verify_ledger(database_);
  EXPECT_EQ(report->conversions, 7);
  EXPECT_GT(report->balances, 4);
}

TEST_F(VerifyLedger, NamesATransactionThatDoesNotBalance) {
  book("one");
  behind_its_back("update ledger_entries set amount_minor = amount_minor + 1 where amount_minor < 0");
  EXPECT_NE(faults().find("entries sum to 1"), std::string::npos) << faults();
}

TEST_F(VerifyLedger, NamesABalanceThatMustNotBeNegative) {
  behind_its_back(
      "insert into ledger_entries (transaction_id, account_id, mode, book, amount_minor, currency, memo) values "
      "(1, 1, 'live', 'merchant:deposit', -5, 'EUR', 'x'), (1, 1, 'live', 'outside', 5, 'EUR', 'x')");
  EXPECT_NE(faults().find("the balance of merchant:deposit is -5 EUR"), std::string::npos) << faults();
  EXPECT_NE(faults().find("its balance is 0 and its entries sum to -5"), std::string::npos) << faults();
}

TEST_F(VerifyLedger, NamesAConversionThatSaysSomethingElse) {
  const auto id = book("one");
  behind_its_back("update conversions set status = 'approved'");
  EXPECT_NE(faults().find("conversion " + id + ", approved: the entries in affiliate:"), std::string::npos) << faults();
  behind_its_back("update conversions set status = 'pending', commission_minor = 99");
  EXPECT_NE(faults().find("instead of 99"), std::string::npos) << faults();
}

TEST_F(VerifyLedger, NamesACountThatIsNotWhatTheConversionsSay) {
  book("one");
  change(book("two"), ConversionVerb::reject);
  const std::string campaign = "campaign " + campaign_.row.public_id;
  // Which connections counted is not known here: each has a row of its own.
  behind_its_back("insert into campaign_commitments values (1, 'EUR', 32, 1)");
  EXPECT_EQ(faults(), campaign + ": its commissions in EUR sum to 100 and 101 is kept for its budget\n");
  behind_its_back("delete from campaign_commitments");
  EXPECT_EQ(faults(), campaign + ": its commissions in EUR sum to 100 and 0 is kept for its budget\n");
  behind_its_back(
      "insert into campaign_commitments values (1, 'EUR', 7, 100); insert into affiliate_conversions values "
      "(1, 1, 32, 2)");
  EXPECT_NE(faults().find(" has 1 conversions that stand and 3 are kept for its tiers"), std::string::npos) << faults();
  behind_its_back("delete from affiliate_conversions");
  EXPECT_NE(faults().find(" has 1 conversions that stand and 0 are kept for its tiers"), std::string::npos) << faults();
  behind_its_back("insert into affiliate_conversions values (1, 1, 7, 1)");
  EXPECT_EQ(faults(), "");
}

TEST_F(VerifyLedger, NamesEntriesThatBelongNowhere) {
  const auto id = book("one");
  behind_its_back("update ledger_entries set conversion_id = null");
  const std::string found = faults();
  EXPECT_NE(found.find("belongs to no conversion and no deposit"), std::string::npos) << found;
  EXPECT_NE(found.find("conversion " + id), std::string::npos) << found;
}

TEST_F(VerifyLedger, NamesMoneyThatNoDepositBroughtIn) {
  ASSERT_TRUE(write_transaction(
      database_, {owner_.id, wire::Mode::live, "EUR", postings_of_deposit(1'000), {}, "deposit received"}));
  EXPECT_NE(faults().find("moves outside and belongs to no conversion and no deposit"), std::string::npos) << faults();
}

TEST_F(VerifyLedger, NamesADepositThatSaysSomethingElse) {
  const std::string deposit = "deposit " + paid_deposit().public_id;
  for (const char* what : {"amount_minor = 1001", "refunded_minor = 5", "status = 'pending_payment'"}) {
    SCOPED_TRACE(what);
    ASSERT_TRUE(database_.execute("create temporary table kept as select * from deposits").has_value());
    behind_its_back(std::string("update deposits set ") + what);
    EXPECT_NE(faults().find(deposit), std::string::npos) << faults();
    EXPECT_NE(faults().find("is left of it"), std::string::npos) << faults();
    behind_its_back(
        "update deposits d set amount_minor = k.amount_minor, refunded_minor = k.refunded_minor, status = k.status "
        "from kept k where k.id = d.id; drop table kept");
    EXPECT_EQ(faults(), "");
  }
}

TEST_F(VerifyLedger, NamesADisputeThatTookMoreThanWentBack) {
  const DepositRow row = paid_deposit();
  ASSERT_TRUE(refund_deposit(database_, kOperator, row.public_id, "2.50").has_value());
  const auto taken = [&](const char* amount, const char* what, const char* status) {
    behind_its_back(
        "delete from payment_disputes; insert into payment_disputes (method, dispute_id, deposit_id, "
        "amount_minor, taken_minor, status, opened_at) select method, 'dp_1', id, " +
        std::string(amount) + ", " + what + ", '" + status + "', now() from deposits");
    return faults();
  };
  EXPECT_EQ(taken("250", "250", "open"), "");
  EXPECT_EQ(taken("251", "251", "won"), "") << "it has been given back";
  for (const std::string& found : {taken("251", "251", "lost"), taken("249", "250", "open")}) {
    EXPECT_NE(found.find("deposit " + row.public_id + ": its disputes have taken"), std::string::npos) << found;
  }
}

TEST_F(VerifyLedger, NamesADepositWithoutItsEntriesAndEntriesWithoutTheirDeposit) {
  const std::string deposit = "deposit " + paid_deposit().public_id;
  behind_its_back("update ledger_entries set deposit_id = 4711");
  EXPECT_NE(faults().find(deposit + ", paid: the entries in merchant:deposit sum to 0"), std::string::npos) << faults();
  EXPECT_NE(faults().find("a deposit that does not exist"), std::string::npos) << faults();
}

TEST_F(VerifyLedger, NamesADepositWithEntriesOfAnother) {
  const std::string deposit = "deposit " + paid_deposit().public_id;
  behind_its_back("update ledger_entries set mode = 'test'");
  EXPECT_NE(faults().find(deposit + ": it has entries of another customer, mode or currency"), std::string::npos)
      << faults();
}

TEST_F(VerifyLedger, NamesEntriesOfAnotherCustomer) {
  const auto id = book("one");
  behind_its_back("update ledger_entries set account_id = 77");
  EXPECT_NE(faults().find("conversion " + id + ", pending: it has entries of another customer"), std::string::npos)
      << faults();
  behind_its_back("update ledger_entries set account_id = 1 where amount_minor < 0");
  EXPECT_NE(faults().find("belong to several customers"), std::string::npos) << faults();
}

}  // namespace
}  // namespace footfall::core
