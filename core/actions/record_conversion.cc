#include "core/actions/record_conversion.h"

#include "core/actions/conversion_desk.h"

namespace footfall::core {

Result<RecordedConversion> record_conversion(Database& database, const ConversionReport& report) {
  FOOTFALL_CHECK(report.policy != nullptr);
  Desked desked{&report};
  settle(database, {&desked, 1});
  return desked.outcome ? std::move(*desked.outcome) : book_alone(database, desked);
}

}  // namespace footfall::core
