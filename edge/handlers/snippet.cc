// The constructor makes three resources out of the bytes that the build put into the program (edge/snippet): the
// script, the script under its version, and the types. Each has three forms, one for each coding, with its header lines
// written out. handle() finds the resource by the path and the form by Accept-Encoding, and answers 304 if the browser
// names the version that it has.
#include "edge/handlers/snippet.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kTypesPath = "/v1/footfall.d.ts";
constexpr std::array<std::string_view, 2> kStems = {"/v1/footfall", "/v1/selgeo"};
constexpr std::string_view kSuffix = ".js";
constexpr std::size_t kVersionDigitsMax = 64;

constexpr std::string_view kKeptBriefly = "Cache-Control: public, max-age=3600, stale-while-revalidate=86400\r\n";
constexpr std::string_view kKeptLong = "Cache-Control: public, max-age=31536000, immutable\r\n";
// Any page may load it, also one that asks for CORS (integrity="…") or isolates itself (COEP).
constexpr std::string_view kOpenToAll =
    "Vary: Accept-Encoding\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Cross-Origin-Resource-Policy: cross-origin\r\n"
    "X-Content-Type-Options: nosniff\r\n";

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// ";q=0", ";q=0.000"
bool has_weight_zero(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  return at != std::string_view::npos &&
         trim(parameters.substr(at + 2)).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

Coding choose_coding(std::string_view accept_encoding) {
  enum class Said : std::uint8_t { nothing, yes, no };
  Said gzip = Said::nothing, brotli = Said::nothing, others = Said::nothing;
  while (!accept_encoding.empty()) {
    const std::size_t comma = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view part = accept_encoding.substr(0, comma);
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
    const std::size_t name_end = std::min(part.find(';'), part.size());
    const std::string_view name = trim(part.substr(0, name_end));
    const Said said = has_weight_zero(part.substr(name_end)) ? Said::no : Said::yes;
    if (equal_ignoring_case(name, "br")) brotli = said;
    if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip")) gzip = said;
    if (name == "*") others = said;
  }
  const auto allowed = [others](Said said) { return (said == Said::nothing ? others : said) == Said::yes; };
  if (allowed(brotli)) return Coding::brotli;
  return allowed(gzip) ? Coding::gzip : Coding::none;
}

Snippet::Resource::Resource(const Asset& asset, std::string_view type, std::string_view more_fields)
    : content_type(type), version(asset.version) {
  const auto make = [&](std::string_view body, std::string_view coding_line, std::string_view mark) {
    Form form{body, std::string(coding_line), coding_line.size()};
    form.fields.append(more_fields).append(kOpenToAll);
    form.fields.append("ETag: \"").append(version).append(mark).append("\"\r\n");
    return form;
  };
  forms = {make(asset.plain, "", ""), make(asset.gzip, "Content-Encoding: gzip\r\n", "-gzip"),
           make(asset.brotli, "Content-Encoding: br\r\n", "-br")};
}

Snippet::Snippet()
    : script_(snippet_script(), "text/javascript; charset=utf-8",
              std::string(kKeptBriefly)
                  .append("Content-Location: /v1/footfall-")
                  .append(snippet_script().version)
                  .append(".js\r\n")),
      script_of_version_(snippet_script(), "text/javascript; charset=utf-8", kKeptLong),
      types_(snippet_types(), "text/plain; charset=utf-8", kKeptBriefly) {}

const Snippet::Resource* Snippet::find(std::string_view path) const {
  if (path == kTypesPath) return &types_;
  if (!path.ends_with(kSuffix)) return nullptr;
  path.remove_suffix(kSuffix.size());
  for (const std::string_view stem : kStems) {
    if (!path.starts_with(stem)) continue;
    const std::string_view rest = path.substr(stem.size());
    if (rest.empty()) return &script_;
    const std::string_view version = rest.substr(1);
    if (rest[0] != '-' || version.empty() || version.size() > kVersionDigitsMax || !is_hexadecimal(version))
      return nullptr;
    return version == script_.version ? &script_of_version_ : &script_;
  }
  return nullptr;
}

bool Snippet::handle(const http::Request& request, http::Responder& responder) const {
  const Resource* resource = find(request.path);
  if (resource == nullptr) return false;
  const Form& form = resource->forms[static_cast<std::size_t>(choose_coding(request.field("accept-encoding")))];
  // A tag of any coding will do, weak or in a list: what the browser has decodes to the same bytes.
  const std::string_view held = request.field("if-none-match");
  const bool is_current = held == "*" || held.find(resource->version) != std::string_view::npos;
  http::Response response;
  response.status = is_current ? 304 : 200;
  response.extra_fields = form.fields;
  if (is_current) {
    response.extra_fields.remove_prefix(form.coding_bytes);
  } else {
    response.content_type = resource->content_type;
    response.body = form.body;
  }
  responder.send(response);
  return true;
}

}  // namespace footfall::edge
