// What BaClique's routes call.
#pragma once

#include "core/actions/campaigns.h"
#include "core/api/dialect_api.h"

namespace footfall::core::baclique {

ApiResponse list_campaigns(AdmittedRequest& admitted, WorkerContext& context);       // BAC-17…19, BACX-04
ApiResponse new_campaign(AdmittedRequest& admitted, WorkerContext& context);         // BACX-06…10
ApiResponse show_campaign(AdmittedRequest& admitted, WorkerContext& context);        // BACX-05
ApiResponse change_campaign(AdmittedRequest& admitted, WorkerContext& context);      // BACX-11
ApiResponse archive_campaign(AdmittedRequest& admitted, WorkerContext& context);     // BACX-12
ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context);    // BAC-28…32, BACX-15…19
ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context);     // BACX-13
ApiResponse reject_conversion(AdmittedRequest& admitted, WorkerContext& context);    // BACX-20
ApiResponse unreject_conversion(AdmittedRequest& admitted, WorkerContext& context);  // BACX-20
ApiResponse list_affiliates(AdmittedRequest& admitted, WorkerContext& context);      // BAC-33…43
ApiResponse invite(AdmittedRequest& admitted, WorkerContext& context);               // BAC-44…50
ApiResponse remove_affiliate(AdmittedRequest& admitted, WorkerContext& context);     // BAC-51, BAC-52
ApiResponse approve_affiliate(AdmittedRequest& admitted, WorkerContext& context);    // BA-37
ApiResponse reject_affiliate(AdmittedRequest& admitted, WorkerContext& context);     // BA-37

// not_found if the caller has no such campaign, or it is deleted.
Result<Campaign> find_campaign(WorkerContext& context, const Caller& caller, std::string_view public_id);

}  // namespace footfall::core::baclique
