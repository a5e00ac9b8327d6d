// What BaClique's routes call.
#pragma once

#include "core/actions/campaigns.h"
#include "core/api/dialect_api.h"

namespace footfall::core::baclique {

ApiResponse list_campaigns(AdmittedRequest& admitted, WorkerContext& context);    // BAC-17…19, BACX-04
ApiResponse new_campaign(AdmittedRequest& admitted, WorkerContext& context);      // BACX-06…10
ApiResponse show_campaign(AdmittedRequest& admitted, WorkerContext& context);     // BACX-05
ApiResponse change_campaign(AdmittedRequest& admitted, WorkerContext& context);   // BACX-11
ApiResponse archive_campaign(AdmittedRequest& admitted, WorkerContext& context);  // BACX-12

// The campaign that the path's first parameter names; not_found if the caller has none, or it is deleted.
Result<Campaign> find_campaign(const AdmittedRequest& admitted, WorkerContext& context);

}  // namespace footfall::core::baclique
