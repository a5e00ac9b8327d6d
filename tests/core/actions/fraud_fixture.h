// Sales that fraud rules judge.
#pragma once

#include <string>

#include "tests/core/actions/stripe_fixture.h"

namespace footfall::core {

class FraudSales : public StripeSales {
 protected:
  ConversionReport sale(const std::string& transaction, const wire::ClickId& click, std::int64_t amount_minor = 1'000) {
    ConversionReport report;
    report.click = click;
    report.external_id = transaction;
    report.goal = "purchase";
    report.amount_minor = amount_minor;
    report.currency = "EUR";
    report.received_us = system_clock().wall_us();
    return report;
  }
  std::int64_t held(const std::string& like) {
    return number("select count(*) from conversions where review and external_id like '" + like + "'");
  }
};

}  // namespace footfall::core
