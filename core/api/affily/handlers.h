// What Affily's routes call.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::affily {

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context);      // AFY-16…19
ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context);       // AFY-20…23
ApiResponse decide_conversion(AdmittedRequest& admitted, WorkerContext& context);      // AFY-24…27
ApiResponse show_account(AdmittedRequest& admitted, WorkerContext& context);           // AFY-28, AFY-29
ApiResponse list_offers(AdmittedRequest& admitted, WorkerContext& context);            // AFY-30
ApiResponse request_deposit(AdmittedRequest& admitted, WorkerContext& context);        // AFY-31, AFY-32
ApiResponse show_checkout(AdmittedRequest& admitted, WorkerContext& context);          // AY-18
ApiResponse pay_in_sandbox(AdmittedRequest& admitted, WorkerContext& context);         // AY-18
ApiResponse show_proforma(AdmittedRequest& admitted, WorkerContext& context);          // AY-37
ApiResponse take_stripe_call(AdmittedRequest& admitted, WorkerContext& context);       // AY-32
ApiResponse take_sunrise_pay_call(AdmittedRequest& admitted, WorkerContext& context);  // AY-36

}  // namespace footfall::core::affily
