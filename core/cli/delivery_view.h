// What `webhook` and `postback` show of deliveries.
#pragma once

#include <vector>

#include "core/actions/reading/webhooks.h"

namespace boost::json {
class array;
class object;
}  // namespace boost::json

namespace footfall::core {

boost::json::object delivery_view(const DeliveryRow& row);
boost::json::array attempts_view(const std::vector<AttemptRow>& attempts);  // oldest first

}  // namespace footfall::core
