// Short links and promo codes.
#include "core/actions/links.h"

#include <boost/json.hpp>

#include "core/actions/promos.h"
#include "core/actions/reading/links.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "core/pictures/qr_code.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kLink = "Link";
constexpr std::string_view kPromo = "Promo code";
constexpr std::size_t kCodeCharactersMax = 64;
constexpr std::string_view kLinkStatuses[] = {"active", "paused", "archived"};
constexpr std::string_view kPromoStatuses[] = {"active", "disabled"};
constexpr std::string_view kFormats[] = {"svg", "png"};

json::object link_view(const LinkRow& row, const Site& site) {
  return {{"id", row.public_id},
          {"program_id", row.campaign_public_id},
          {"partner_id", nullable_text(row.affiliate_public_id)},
          {"code", row.code},
          {"short_url", site.link_url(row.host, row.code)},
          {"target_url", nullable_text(row.target_url)},
          {"fallback_url", nullable_text(row.fallback_url)},
          {"mode", mode_name(row.mode)},
          {"status", row.status},
          {"starts_at", nullable_time(row.starts_us)},
          {"expires_at", nullable_time(row.expires_us)},
          {"click_cap", nullable_number(row.click_cap)},
          {"cap_reached", row.is_capped},
          {"created_at", iso8601_ms(row.created_us)},
          {"updated_at", iso8601_ms(row.updated_us)}};
}

json::object promo_view(const PromoRow& row) {
  return {{"id", row.public_id},
          {"code", row.code},
          {"program_id", row.campaign_public_id},
          {"partner_id", row.affiliate_public_id},
          {"mode", mode_name(row.mode)},
          {"status", row.status},
          {"created_at", iso8601_ms(row.created_us)}};
}

LinkFields read_link_fields(FieldReader& read) {
  LinkFields fields;
  fields.target_url = read_clearable_url(read, "target_url");
  fields.fallback_url = read_clearable_url(read, "fallback_url");
  for (const auto& [name, field] :
       {std::pair{"starts_at", &fields.starts_us}, std::pair{"expires_at", &fields.expires_us}}) {
    if (read.cleared(name)) {
      field->emplace();
    } else if (const auto at = read.time(name)) {
      *field = *at;
    }
  }
  if (read.cleared("click_cap")) {
    fields.click_cap.emplace();
  } else if (const auto cap = read.integer("click_cap", {.min = 1})) {
    fields.click_cap = *cap;
  }
  fields.status = read.choice("status", kLinkStatuses);
  return fields;
}

OwnerIds read_owners(FieldReader& read) {
  return {"", read.text("program_id").value_or(""), read.text("partner_id").value_or("")};
}

// What is missing may be the program or the partner that the body names, too.
ApiResponse made_response(const Error& error, const ApiRequest& request) {
  return refusal_response(error, "Program or partner", request);
}

ApiResponse link_response(const Result<LinkRow>& row, const WorkerContext& context, const ApiRequest& request) {
  return row ? json_response(link_view(*row, context.site)) : refusal_response(row.error(), kLink, request);
}

Result<LinkRow> find_link(WorkerContext& context, const AdmittedRequest& admitted) {
  auto row = read_link(context.database, admitted.caller(), admitted.parameters[0]);
  if (row && row->status == "deleted") return not_found("the link is deleted");
  return row;
}

}  // namespace

ApiResponse list_all_links(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of = read_owners(read);
  LinkFilter filter;
  filter.status = read.choice("status", kLinkStatuses);
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto links = read_links(context.database, admitted.caller(), filter, of);
  if (!links) return made_response(links.error(), admitted.request);
  auto total = count_links(context.database, admitted.caller(), filter, of);
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const LinkRow& row : *links) data.push_back(link_view(row, context.site));
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse new_link(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  NewLink link;
  link.campaign = read.text("program_id", {.required = true}).value_or("");
  link.affiliate = read.text("partner_id");
  link.code = read.text("code", {.characters_max = kCodeCharactersMax});
  link.fields = read_link_fields(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto made = create_link(context.database, admitted.caller(), link);
  if (!made) return made_response(made.error(), admitted.request);
  return json_response(link_view(*made, context.site), 201);
}

ApiResponse show_link(AdmittedRequest& admitted, WorkerContext& context) {
  return link_response(find_link(context, admitted), context, admitted.request);
}

ApiResponse change_link(AdmittedRequest& admitted, WorkerContext& context) {
  if (auto found = find_link(context, admitted); !found) return link_response(found, context, admitted.request);
  FieldReader read(admitted.input, FieldStyle::terse, NullMeaning::clears);
  const LinkFields fields = read_link_fields(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  return link_response(update_link(context.database, admitted.caller(), admitted.parameters[0], fields), context,
                       admitted.request);
}

ApiResponse remove_link(AdmittedRequest& admitted, WorkerContext& context) {
  if (auto found = find_link(context, admitted); !found) return link_response(found, context, admitted.request);
  LinkFields fields;
  fields.status = "deleted";
  auto removed = update_link(context.database, admitted.caller(), admitted.parameters[0], fields);
  if (!removed) return refusal_response(removed.error(), kLink, admitted.request);
  return json_response({{"id", removed->public_id}, {"deleted", true}});
}

ApiResponse draw_link(AdmittedRequest& admitted, WorkerContext& context) {
  auto row = find_link(context, admitted);
  if (!row) return refusal_response(row.error(), kLink, admitted.request);
  FieldReader read(admitted.input, FieldStyle::terse);
  const std::string format = read.choice("format", kFormats).value_or("svg");
  if (!read.problems().empty()) return validation_response(read.problems());
  const std::string url = context.site.link_url(row->host, row->code);
  ApiResponse response;
  response.content_type = format == "png" ? "image/png" : "image/svg+xml";
  response.body = format == "png" ? qr_png(url) : qr_svg(url);
  return response;
}

ApiResponse list_promo_codes(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  const OwnerIds of = read_owners(read);
  PromoFilter filter;
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto promos = read_promos(context.database, admitted.caller(), filter, of);
  if (!promos) return made_response(promos.error(), admitted.request);
  auto total = count_promos(context.database, admitted.caller(), filter, of);
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const PromoRow& row : *promos) data.push_back(promo_view(row));
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse new_promo_code(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  NewPromo promo;
  promo.campaign = read.text("program_id", {.required = true}).value_or("");
  promo.affiliate = read.text("partner_id", {.required = true}).value_or("");
  promo.code = read.text("code", {.required = true, .characters_max = kCodeCharactersMax}).value_or("");
  if (!read.problems().empty()) return validation_response(read.problems());
  auto made = create_promo(context.database, admitted.caller(), promo);
  if (!made && made.error().code == "code_taken") {
    return error_response(kSelgeo, 409, "Promo code already taken", "PROMO_CODE_TAKEN");
  }
  if (!made) return made_response(made.error(), admitted.request);
  return json_response(promo_view(*made), 201);
}

ApiResponse show_promo_code(AdmittedRequest& admitted, WorkerContext& context) {
  auto row = read_promo(context.database, admitted.caller(), admitted.parameters[0]);
  return row ? json_response(promo_view(*row)) : refusal_response(row.error(), kPromo, admitted.request);
}

ApiResponse change_promo_code(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse, NullMeaning::clears);
  const auto status = read.choice("status", kPromoStatuses, true);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto row = set_promo_status(context.database, admitted.caller(), admitted.parameters[0], *status);
  return row ? json_response(promo_view(*row)) : refusal_response(row.error(), kPromo, admitted.request);
}

}  // namespace footfall::core::selgeo
