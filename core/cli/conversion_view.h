// A conversion as JSON: what `conversion show` and `conversion list` print. Amounts are decimal texts. Pure.
#pragma once

#include "core/actions/reading/conversions.h"

namespace boost::json {
class object;
}  // namespace boost::json

namespace footfall::core {

boost::json::object conversion_view(const ConversionRow& row);
boost::json::object ledger_view(const LedgerRow& row);
boost::json::object audit_view(const AuditRow& row);

}  // namespace footfall::core
