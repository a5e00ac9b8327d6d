// The proforma invoice is a whole file whatever is put in; what it looks like is read by tests/blackbox (AY-37).
#include "core/documents/proforma_pdf.h"

#include <gtest/gtest.h>

#include <thread>

namespace footfall::core {
namespace {

Proforma proforma() {
  return {"dep_1",   "2026-11-28", "2026-12-12", "Footfall\nWarszawa", "Żółta Łódź",
          "Deposit", "10.00 PLN",  "PL61",       "Paid on 2026-1"};
}

void expect_whole(const Proforma& one) {
  auto file = proforma_pdf(one);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_TRUE(file->starts_with("%PDF-"));
  EXPECT_NE(file->rfind("%%EOF"), std::string::npos);
  EXPECT_LT(file->size(), 1024 * 1024);
}

TEST(ProformaPdf, IsAWholeFile) { expect_whole(proforma()); }

TEST(ProformaPdf, TakesAnyText) {
  for (const std::string& text :
       {std::string(), std::string("\n\n\n"), std::string(4'000, 'W'), std::string("(\\)\r\t"),
        std::string("\xff\xfe broken \xc5"), std::string("日本語 🙂 العربية")}) {
    Proforma one = proforma();
    one.number = one.issuer = one.buyer = one.description = one.amount = one.payment_details = one.status = text;
    expect_whole(one);
  }
}

TEST(ProformaPdf, MayBeMadeOnSeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([] { expect_whole(proforma()); });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace footfall::core
