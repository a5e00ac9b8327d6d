#include "core/api/conversion_request.h"

namespace footfall::core {

void add_request(ConversionReport& report, const ApiRequest& request) {
  report.request_id = request.request_id;
  report.received_us = request.received_us;
  report.click_settled = request.click_wait == ClickWait::settled;
  report.click_may_still_come = request.click_wait == ClickWait::unheard;
}

}  // namespace footfall::core
