// The list of dialects, how a request's dialect is found before its body is read, and their error bodies. Both programs
// this: core answers in it, and the edge when it refuses a request or core is away. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/ids.h"

namespace footfall::wire {

enum class Dialect : std::uint8_t { none = 0, baclique = 1, selgeo = 2, affspace = 3, affily = 4 };

std::string_view dialect_name(Dialect dialect);
std::optional<Dialect> parse_dialect(std::string_view name);
// Parameter that carries the click id to the target: baclique_id, click_id, click_id, click_id (COMMON.md D-12).
std::string_view click_parameter(Dialect dialect);
// The text form of a click id that the dialect uses.
std::string format_click_id(Dialect dialect, const ClickId& id);
// The same without allocating, into memory of the caller's; returns the length.
inline constexpr std::size_t kClickIdTextMax = kUuidLength;
std::size_t write_click_id(Dialect dialect, const ClickId& id, char* out);

// Configured names → what they speak. Keys are lower case, without port.
struct HostMap {
  std::map<std::string, Dialect, std::less<>> dialects;
  std::vector<std::string> short_link_hosts;

  std::optional<Dialect> dialect_of(std::string_view host) const;
  bool is_short_link_host(std::string_view host) const;
};

// The parts of a request that decide its dialect (COMMON.md D-1 to D-7): first the host, then a credential that only
// one dialect issues, then a path that only one has, then the remaining shape of the credential.
struct RequestShape {
  std::string_view host;  // lower case, without port
  std::string_view path;
  std::string_view authorization;   // raw header value or empty
  bool has_api_key_header = false;  // X-API-Key present
};
// Never none: the fallback is Selgeo under /api/v1, AffSpace under /pb and /health, else BaClique.
Dialect classify_dialect(const HostMap& hosts, const RequestShape& shape);

// The message of the 403 for plain HTTP, the same at the tracking endpoint and in the API (SEL-03).
inline constexpr std::string_view kHttpsRequired = "HTTPS is required";

// The body of an error in the dialect's own form, with the code that the dialect has for `status` (400 to 405, 408 to
// 411, 413, 414, 415, 417, 421, 422, 429, 431, 500 to 505). `message` may be empty: the dialect's own text. `code`
// overrides the code where the dialect has several for one status (empty: the usual one). In Selgeo's VALIDATION_ERROR
// the message goes to the details, under an empty field name: its own text is fixed (SEL-34). SEL-32..34, AFS-06..12,
// AFY-05..15, BAC-10.
std::string error_body(Dialect dialect, int status, std::string_view message = {}, std::string_view code = {});

// The code and the message that such a body has, for logs. Views of the arguments and of static text; BaClique's has no
// code.
struct ErrorText {
  std::string_view code;
  std::string_view message;
};
ErrorText error_text(Dialect dialect, int status, std::string_view message = {}, std::string_view code = {});

}  // namespace footfall::wire
