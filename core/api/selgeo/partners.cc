// Partners, and their place in programs. Who has applied is a partner whose place in the program is pending.
#include <boost/json.hpp>

#include "core/actions/affiliates.h"
#include "core/actions/applications.h"
#include "core/actions/checks.h"
#include "core/actions/join_affiliate.h"
#include "core/actions/reading/affiliates.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kNoun = "Partner";
constexpr std::size_t kNameCharactersMax = 200;
constexpr std::size_t kCodeCharactersMax = 64;
constexpr std::string_view kStatuses[] = {"active", "suspended", "erased"};
constexpr std::string_view kProgramStatuses[] = {"pending", "active", "rejected", "suspended", "removed"};
constexpr std::string_view kFirstStatuses[] = {"active", "pending"};

json::object partner_view(const AffiliateRow& row) {
  return {{"id", row.public_id},         {"email", row.email},   {"name", row.name},
          {"mode", mode_name(row.mode)}, {"status", row.status}, {"created_at", iso8601_ms(row.created_us)}};
}

void add_figures(json::object& view, const AffiliateFigures& figures) {
  json::array totals;
  for (const auto& [currency, money] : figures.money) {
    totals.push_back({{"currency", currency},
                      {"sales_cents", money.sales_minor},
                      {"pending_cents", money.pending_minor},
                      {"approved_cents", money.approved_minor},
                      {"paid_cents", money.paid_minor}});
  }
  view["clicks"] = figures.clicks;
  view["conversions"] = figures.conversions;
  view["totals"] = std::move(totals);
}

json::object place_view(const EnrolmentRow& row, const Caller& caller, const Site& site) {
  return {{"program_id", row.campaign_public_id},
          {"partner_id", row.affiliate_public_id},
          {"status", row.status},
          {"referral_code", row.code},
          {"short_url", site.link_url(row.link_host.value_or(caller.account.link_host), row.code)},
          {"joined_at", iso8601_ms(row.joined_us)}};
}

json::object application_view(const EnrolmentRow& row, const Caller& caller, const Site& site) {
  json::object view = place_view(row, caller, site);
  view["email"] = row.affiliate_email;
  view["name"] = row.affiliate_name;
  return view;
}

ApiResponse partner_response(const Result<AffiliateRow>& row, const ApiRequest& request) {
  return row ? json_response(partner_view(*row)) : refusal_response(row.error(), kNoun, request);
}

ApiResponse place_response(const Result<EnrolmentRow>& row, const AdmittedRequest& admitted, const Site& site) {
  if (!row) return refusal_response(row.error(), kNoun, admitted.request);
  return json_response(application_view(*row, admitted.caller(), site));
}

ApiResponse decide(AdmittedRequest& admitted, WorkerContext& context, Decision decision) {
  const Caller& caller = admitted.caller();
  auto decided = decide_application(context.database, caller, admitted.parameters[0], admitted.parameters[1], decision);
  if (!decided) return refusal_response(decided.error(), kNoun, admitted.request);
  auto page = read_enrolments(context.database, caller, {}, {"", admitted.parameters[0], admitted.parameters[1]});
  if (!page) return refusal_response(page.error(), kNoun, admitted.request);
  if (page->rows.empty()) return error_response(kSelgeo, 404, "Partner not found");
  return json_response(application_view(page->rows.front(), caller, context.site));
}

// Makes the partner's place in a program; `status` is that place's.
ApiResponse join(AdmittedRequest& admitted, WorkerContext& context, FieldReader& read, std::string status,
                 bool undoes_rejection) {
  JoinRequest request;
  request.undoes_rejection = undoes_rejection;
  request.campaign = read.text("program_id", {.required = true}).value_or("");
  request.email = read.email("email", true).value_or("");
  request.name = read.text("name", {.characters_max = kNameCharactersMax, .is_free = true});
  request.code = read.text("referral_code", {.characters_max = kCodeCharactersMax});
  request.status = std::move(status);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto joined = join_affiliate(context.database, admitted.caller(), request);
  if (!joined && joined.error().kind == ErrorKind::not_found) return error_response(kSelgeo, 404, "Program not found");
  if (!joined && field_of(joined.error()) == "code") {
    return validation_response({{"referral_code", joined.error().message}});
  }
  if (!joined) return refusal_response(joined.error(), kNoun, admitted.request);
  json::object view = partner_view(joined->affiliate);
  EnrolmentRow& place = joined->enrolment;
  place.link_host = joined->link.host;
  view["program"] = place_view(place, admitted.caller(), context.site);
  view["link_id"] = joined->link.public_id;
  return json_response(view, 201);
}

}  // namespace

ApiResponse list_partners(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const std::string program = read.text("program_id").value_or("");
  AffiliateFilter filter;
  filter.email = read.email("email");
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (program.empty()) {
    filter.status = read.choice("status", kStatuses);
  } else {
    filter.standing = read.choice("status", kProgramStatuses);
  }
  if (!read.problems().empty()) return validation_response(read.problems());
  const OwnerIds of{"", program, ""};
  auto partners = read_affiliates(context.database, caller, filter, of);
  if (!partners) return refusal_response(partners.error(), "Program", admitted.request);
  auto total = count_affiliates(context.database, caller, filter, of);
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const ListedAffiliate& one : *partners) {
    json::object view = partner_view(one.affiliate);
    if (one.enrolment) view["program"] = place_view(*one.enrolment, caller, context.site);
    add_figures(view, one.figures);
    data.push_back(std::move(view));
  }
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse new_partner(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  std::string status = read.choice("status", kFirstStatuses).value_or("active");
  return join(admitted, context, read, std::move(status), true);
}

ApiResponse show_partner(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  auto details = read_affiliate(context.database, caller, admitted.parameters[0]);
  if (!details) return refusal_response(details.error(), kNoun, admitted.request);
  json::object view = partner_view(details->affiliate);
  add_figures(view, details->figures);
  json::array programs;
  for (const EnrolmentRow& row : details->enrolments) programs.push_back(place_view(row, caller, context.site));
  view["programs"] = std::move(programs);
  return json_response(view);
}

ApiResponse change_partner(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse, NullMeaning::clears);
  AffiliateFields fields;
  fields.email = read.email("email");
  fields.name = read.text("name", {.characters_max = kNameCharactersMax, .is_free = true});
  if (!read.problems().empty()) return validation_response(read.problems());
  return partner_response(update_affiliate(context.database, admitted.caller(), admitted.parameters[0], fields),
                          admitted.request);
}

ApiResponse suspend_partner(AdmittedRequest& admitted, WorkerContext& context) {
  return partner_response(
      set_affiliate_status(context.database, admitted.caller(), admitted.parameters[0], "suspended"), admitted.request);
}

ApiResponse reactivate_partner(AdmittedRequest& admitted, WorkerContext& context) {
  return partner_response(set_affiliate_status(context.database, admitted.caller(), admitted.parameters[0], "active"),
                          admitted.request);
}

ApiResponse erase_partner(AdmittedRequest& admitted, WorkerContext& context) {
  return partner_response(erase_affiliate(context.database, admitted.caller(), admitted.parameters[0]),
                          admitted.request);
}

ApiResponse list_applications(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of{"", read.text("program_id").value_or(""), read.text("partner_id").value_or("")};
  EnrolmentFilter filter;
  filter.status = read.choice("status", kProgramStatuses).value_or("pending");
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto found = read_enrolments(context.database, admitted.caller(), filter, of);
  if (!found) return refusal_response(found.error(), "Program or partner", admitted.request);
  json::array data;
  for (const EnrolmentRow& row : found->rows) {
    data.push_back(application_view(row, admitted.caller(), context.site));
  }
  return json_response(numbered_list(std::move(data), page, found->total));
}

ApiResponse new_application(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  return join(admitted, context, read, "pending", false);
}

ApiResponse approve_in_program(AdmittedRequest& admitted, WorkerContext& context) {
  return decide(admitted, context, Decision::approve);
}
ApiResponse reject_in_program(AdmittedRequest& admitted, WorkerContext& context) {
  return decide(admitted, context, Decision::reject);
}
ApiResponse suspend_in_program(AdmittedRequest& admitted, WorkerContext& context) {
  return place_response(
      suspend_enrolment(context.database, admitted.caller(), admitted.parameters[0], admitted.parameters[1]), admitted,
      context.site);
}
ApiResponse reactivate_in_program(AdmittedRequest& admitted, WorkerContext& context) {
  return place_response(
      reactivate_enrolment(context.database, admitted.caller(), admitted.parameters[0], admitted.parameters[1]),
      admitted, context.site);
}
ApiResponse remove_from_program(AdmittedRequest& admitted, WorkerContext& context) {
  return place_response(set_enrolment_status(context.database, admitted.caller(), admitted.parameters[0],
                                             admitted.parameters[1], "removed"),
                        admitted, context.site);
}

}  // namespace footfall::core::selgeo
