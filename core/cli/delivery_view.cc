#include "core/cli/delivery_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/cli/views.h"

namespace footfall::core {
namespace {

boost::json::value number_view(const std::optional<std::int64_t>& number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

}  // namespace

boost::json::object delivery_view(const DeliveryRow& row) {
  return {{"id", row.public_id},
          {"event", row.event_public_id},
          {"endpoint", row.endpoint_public_id},
          {"type", row.type},
          {"subject", row.subject},
          {"status", row.status},
          {"attempts", row.attempts},
          {"last_status", number_view(row.last_status)},
          {"last_error", text_view(row.last_error)},
          {"created_at", time_view(row.created_us)},
          {"next_attempt_at", time_view(row.next_attempt_us)},
          {"finished_at", time_view(row.finished_us)}};
}

boost::json::array attempts_view(const std::vector<AttemptRow>& attempts) {
  boost::json::array all;
  for (const AttemptRow& attempt : attempts) {
    all.push_back(boost::json::object{{"number", attempt.number},
                                      {"started_at", time_view(attempt.started_us)},
                                      {"duration_ms", attempt.duration_us / 1'000},
                                      {"status", number_view(attempt.status)},
                                      {"error", text_view(attempt.error)}});
  }
  return all;
}

}  // namespace footfall::core
