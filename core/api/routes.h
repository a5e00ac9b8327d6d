// Routes as tables. A dialect lists what it serves as rows of {method, pattern, access, limit zone, body, handler};
// this unit finds the row for a request and decodes the path's parameters. Admission (admission.h) does the rest, so a
// handler is only ever called for an admitted caller.
//
// A pattern is a path whose segments may be parameters: "/v1/campaigns/{campaign_id}/affiliates/{affiliate_id}". A
// parameter's name gives its type (kParameterTypes); a pattern with an unknown name does not compile.
//
// Pure, thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/request.h"
#include "core/api/request_input.h"
#include "proto/http/message.h"

namespace footfall::core {

struct AdmittedRequest;
struct WorkerContext;
using RouteHandler = ApiResponse (*)(AdmittedRequest& admitted, WorkerContext& context);

// Who may call. A row may allow several: Access::secret_key | Access::dashboard_user.
enum class Access : std::uint8_t {
  none = 0,  // no credential is asked for
  secret_key = 1,
  public_key = 2,
  dashboard_user = 4,
  affiliate = 8,
  callback_endpoint = 16,  // the path names an endpoint, which may need the key of its account
};
constexpr Access operator|(Access a, Access b) {
  return static_cast<Access>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool allows(Access allowed, Access caller) {
  return (static_cast<std::uint8_t>(allowed) & static_cast<std::uint8_t>(caller)) != 0;
}

// What GET and HEAD do. HEAD is served by the GET row, unless that row writes.
enum class Effect : std::uint8_t { reads, writes };

// When a caller's key is looked up. `with_the_booking`: a key that was seen before is taken from memory, and confirmed
// in the same statement for all reports of a round (conversion_booking.h). Until then the handler has no effect.
enum class KeyCheck : std::uint8_t { at_once, with_the_booking };

struct ParameterType {
  std::string_view name;
  std::string_view prefix;  // of a public id; empty: any text
  std::string_view noun;    // for "Campaign not found"
};
inline constexpr ParameterType kParameterTypes[] = {
    {"affiliate_id", "aff_", "Affiliate"},
    {"campaign_id", "cmp_", "Campaign"},
    {"click_id", "", "Click"},
    {"conversion_id", "conv_", "Conversion"},
    {"delivery_id", "", "Delivery"},
    {"deposit_id", "dep_", "Deposit"},
    {"endpoint_id", "pb_", "Resource"},
    {"invite_id", "inv_", "Invitation"},
    {"key_id", "key_", "API key"},
    {"link_id", "lnk_", "Link"},
    {"offer_code", "", "Offer"},
    {"offer_id", "off_", "Offer"},
    {"partner_id", "aff_", "Partner"},
    {"payout_id", "po_", "Payout"},
    {"program_id", "prg_", "Program"},
    {"promo_id", "prm_", "Promo code"},
    {"receiver_id", "srx_", "Stripe receiver"},
    {"session_token", "", "Test session"},
    {"webhook_id", "", "Webhook endpoint"},
};
// An index into kParameterTypes, or its size. No pointer: GCC 12 compares none at compile time under its sanitizers.
constexpr std::size_t find_parameter_type(std::string_view name) {
  std::size_t index = 0;
  while (index < std::size(kParameterTypes) && kParameterTypes[index].name != name) ++index;
  return index;
}

inline constexpr std::size_t kPathParametersMax = 3;

// A pattern, checked when the program is compiled.
struct Pattern {
  std::string_view text;
  consteval Pattern(const char* pattern) : text(pattern) {  // NOLINT: a row of a table says it as a text
    std::size_t parameters = 0;
    for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos || text[at - 1] != '/' || (end + 1 < text.size() && text[end + 1] != '/')) {
        throw "a parameter is a whole segment";
      }
      if (find_parameter_type(text.substr(at + 1, end - at - 1)) == std::size(kParameterTypes)) {
        throw "no such parameter type";
      }
      if (++parameters > kPathParametersMax) throw "too many parameters";
    }
  }
};

struct Route {
  http::Method method;
  Pattern pattern;
  Access access;
  std::string_view zone;  // limit per key, by the names of the dialect's policy; empty: limited per address
  BodyFormat body;
  RouteHandler handler;
  KeyCheck key_check = KeyCheck::at_once;
  Effect effect_of_get = Effect::reads;
};

// A limit per address for whatever is not limited per key: routes without a zone, unknown paths, wrong methods.
struct AddressLimit {
  std::string_view path_prefix;
  std::string_view zone;
  std::int64_t per_minute;
};

struct RouteMatch {
  const Route* route = nullptr;  // null: see `allowed`
  std::array<std::string, kPathParametersMax> parameters;
  const ParameterType* ill_typed = nullptr;  // a parameter that cannot be the id of such a thing: it is not found
  std::string allowed;                       // for 405, "GET, HEAD, POST"; empty: no row has this path
};
RouteMatch find_route(std::span<const Route> routes, http::Method method, std::string_view path);

// "secret_key", "dashboard_user", …
std::vector<std::string_view> access_names(Access access);

}  // namespace footfall::core
