// What Selgeo's routes call.
#pragma once

#include "core/actions/campaigns.h"
#include "core/api/dialect_api.h"

namespace footfall::core::selgeo {

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context);  // SEL-20…31

ApiResponse audit_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse audit_click(AdmittedRequest& admitted, WorkerContext& context);

// The merchant's log-in (SEL-13).
ApiResponse begin_session(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse renew_session(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse end_session(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse register_person(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse confirm_person(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse forget_password(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse set_password(AdmittedRequest& admitted, WorkerContext& context);

// Programs.
ApiResponse list_programs(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_program(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_program(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse change_program(AdmittedRequest& admitted, WorkerContext& context);
// not_found if the caller has no such program, or it is deleted.
Result<Campaign> find_program(WorkerContext& context, const Caller& caller, std::string_view public_id);

// Invitations into programs.
ApiResponse list_invites(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse invite_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse revoke_invite(AdmittedRequest& admitted, WorkerContext& context);

// Partners, and their place in programs (SEL-43 to SEL-45).
ApiResponse list_partners(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse change_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse suspend_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reactivate_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse erase_partner(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_applications(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_application(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse approve_in_program(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reject_in_program(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse suspend_in_program(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reactivate_in_program(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse remove_from_program(AdmittedRequest& admitted, WorkerContext& context);

// Conversions, and the commissions that they earn.
ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse approve_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reject_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse restore_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reverse_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_commissions(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_commission(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse approve_commission(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reject_commission(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse reverse_commission(AdmittedRequest& admitted, WorkerContext& context);

// Payouts.
ApiResponse list_payable(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse export_payable(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_all_payouts(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_payout(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_payout(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse export_payout(AdmittedRequest& admitted, WorkerContext& context);

// Figures, API keys, audit trail.
ApiResponse show_analytics(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_keys(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_key(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_key(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse rotate_api_key(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse revoke_api_key(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_audit_trail(AdmittedRequest& admitted, WorkerContext& context);

// Stripe's events, and the receiver that they are sent to.
ApiResponse take_stripe_event(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_stripe_receiver(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse put_stripe_receiver(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse remove_stripe_receiver(AdmittedRequest& admitted, WorkerContext& context);

// Links and promo codes.
ApiResponse list_all_links(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_link(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_link(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse change_link(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse remove_link(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse draw_link(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_promo_codes(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_promo_code(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_promo_code(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse change_promo_code(AdmittedRequest& admitted, WorkerContext& context);

// Webhook endpoints and their deliveries (SEL-46 to SEL-50).
ApiResponse list_webhooks(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse change_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse remove_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse rotate_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse test_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_deliveries_of_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_delivery(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse redeliver_webhook(AdmittedRequest& admitted, WorkerContext& context);

}  // namespace footfall::core::selgeo
