#include "core/domain/conversion_status.h"

namespace footfall::core {

std::string_view status_name(ConversionStatus status) {
  switch (status) {
    case ConversionStatus::pending:
      return "pending";
    case ConversionStatus::approved:
      return "approved";
    case ConversionStatus::paid:
      return "paid";
    case ConversionStatus::rejected:
      return "rejected";
    case ConversionStatus::reversed:
      return "reversed";
  }
  return "";
}

std::string_view three_state_name(ConversionStatus status) {
  if (status == ConversionStatus::paid) return status_name(ConversionStatus::approved);
  if (status == ConversionStatus::reversed) return status_name(ConversionStatus::rejected);
  return status_name(status);
}

std::optional<ConversionStatus> parse_status(std::string_view name) {
  for (auto status : {ConversionStatus::pending, ConversionStatus::approved, ConversionStatus::paid,
                      ConversionStatus::rejected, ConversionStatus::reversed}) {
    if (status_name(status) == name) return status;
  }
  return std::nullopt;
}

}  // namespace footfall::core
