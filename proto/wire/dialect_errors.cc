// Each dialect's codes and texts: first those of its reference, then ours for what the reference leaves out.
#include <string>

#include "proto/base/logging.h"
#include "proto/wire/dialect.h"

namespace footfall::wire {
namespace {

struct StatusText {
  int status;
  std::string_view reason;    // RFC 9110
  std::string_view baclique;  // text
  std::string_view selgeo;    // code
  std::string_view affspace;  // code
  std::string_view affily;    // code
};

constexpr std::string_view kLimitText = "Rate limit exceeded. 100 requests per minute.";

constexpr StatusText kStatuses[] = {
    {400, "Bad Request", "Invalid parameters", "VALIDATION_ERROR", "VALIDATION_ERROR", "validation_error"},
    {401, "Unauthorized", "Invalid or missing API key", "INVALID_API_KEY", "UNAUTHORIZED", "invalid_api_key"},
    {402, "Payment Required", "Payment required", "PAYMENT_REQUIRED", "PAYMENT_REQUIRED", "insufficient_deposit"},
    {403, "Forbidden", "Forbidden", "FORBIDDEN", "FORBIDDEN", "forbidden"},
    {404, "Not Found", "Not found", "NOT_FOUND", "NOT_FOUND", "not_found"},
    {405, "Method Not Allowed", "Method not allowed", "METHOD_NOT_ALLOWED", "METHOD_NOT_ALLOWED", "method_not_allowed"},
    {408, "Request Timeout", "Request timeout", "REQUEST_TIMEOUT", "REQUEST_TIMEOUT", "request_timeout"},
    {409, "Conflict", "Conflict", "CONFLICT", "CONFLICT", "duplicate_order_id"},
    {410, "Gone", "Gone", "GONE", "GONE", "click_expired"},
    {411, "Length Required", "Length required", "LENGTH_REQUIRED", "LENGTH_REQUIRED", "length_required"},
    {413, "Content Too Large", "Request body too large", "PAYLOAD_TOO_LARGE", "PAYLOAD_TOO_LARGE", "payload_too_large"},
    {414, "URI Too Long", "URI too long", "URI_TOO_LONG", "URI_TOO_LONG", "uri_too_long"},
    {415, "Unsupported Media Type", "Content-Type must be application/json", "UNSUPPORTED_MEDIA_TYPE",
     "UNSUPPORTED_MEDIA_TYPE", "unsupported_media_type"},
    {417, "Expectation Failed", "Expectation failed", "EXPECTATION_FAILED", "EXPECTATION_FAILED", "expectation_failed"},
    {421, "Misdirected Request", "This host is not served here", "MISDIRECTED_REQUEST", "MISDIRECTED_REQUEST",
     "misdirected_request"},
    {422, "Unprocessable Entity", "Invalid parameters", "UNPROCESSABLE_ENTITY", "VALIDATION_ERROR", "validation_error"},
    {429, "Too Many Requests", kLimitText, "RATE_LIMIT_EXCEEDED", "RATE_LIMITED", "rate_limit"},
    {431, "Request Header Fields Too Large", "Request header fields too large", "HEADERS_TOO_LARGE",
     "HEADERS_TOO_LARGE", "headers_too_large"},
    {500, "Internal Server Error", "Internal server error", "INTERNAL_ERROR", "INTERNAL_ERROR", "internal_error"},
    {501, "Not Implemented", "Not implemented", "NOT_IMPLEMENTED", "NOT_IMPLEMENTED", "not_implemented"},
    {502, "Bad Gateway", "Bad gateway", "BAD_GATEWAY", "BAD_GATEWAY", "bad_gateway"},
    {503, "Service Unavailable", "Service temporarily unavailable", "SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE",
     "service_unavailable"},
    {504, "Gateway Timeout", "Gateway timeout", "GATEWAY_TIMEOUT", "GATEWAY_TIMEOUT", "gateway_timeout"},
    {505, "HTTP Version Not Supported", "HTTP version not supported", "HTTP_VERSION_NOT_SUPPORTED",
     "HTTP_VERSION_NOT_SUPPORTED", "http_version_not_supported"},
};

// A code's own text where the status has none or another. Codes are compared in the dialects' own case.
constexpr struct {
  std::string_view code, text;
} kTexts[] = {
    {"VALIDATION_ERROR", "Validation failed"},
    {"validation_error", "Invalid input"},
    {"UNAUTHORIZED", "API key required"},
    {"INVALID_API_KEY", "Invalid API key"},
    {"INVALID_PUBLIC_KEY", "Invalid public key"},
    {"INVALID_SECRET_KEY", "Invalid secret key"},
    {"invalid_api_key", "Missing or invalid API key"},
    {"FORBIDDEN", "Insufficient permissions"},
    {"NOT_FOUND", "Resource not found"},
    {"WEBHOOK_NOT_FOUND", "Webhook not found"},
    {"insufficient_deposit", "Insufficient deposit"},
    {"duplicate_order_id", "order_id already used"},
    {"click_expired", "Cookie window has passed"},
    {"CONVERSION_DUPLICATE", "Conversion already exists"},
    {"PARTICIPANT_ERASED", "The participant's data has been erased"},
    {"REFERRAL_CODE_TAKEN", "Referral code already taken"},
    {"APPLICATION_DUPLICATE", "Already applied to this program"},
    {"NO_ATTRIBUTION_SIGNAL", "Either click_id or promo_code is required"},
    {"MODE_MISMATCH", "The key's mode does not match the attribution signal's"},
    {"WEBHOOK_ENDPOINT_LIMIT_EXCEEDED", "At most 10 webhook endpoints per mode"},
    {"WEBHOOK_URL_NOT_HTTPS", "Webhook URL must use HTTPS"},
    {"WEBHOOK_URL_PRIVATE_IP", "Webhook URL resolves to a private address"},
    {"WEBHOOK_URL_UNRESOLVABLE", "Webhook URL's host does not resolve"},
    {"RATE_LIMIT_EXCEEDED", "Rate limit exceeded"},
    {"RATE_LIMITED", "Too many requests"},
    {"rate_limit", "Rate limit exceeded"},
};

// A status that is not in the table speaks as the plainest of its class.
const StatusText& texts_of(int status) {
  const StatusText* plainest = nullptr;
  for (const StatusText& entry : kStatuses) {
    if (entry.status == status) return entry;
    if (entry.status == (status >= 500 ? 500 : 400)) plainest = &entry;
  }
  return *plainest;
}

std::string_view text_of(std::string_view code, const StatusText& status) {
  for (const auto& entry : kTexts) {
    if (entry.code == code) return entry.text;
  }
  return status.status == 429 ? std::string_view("Rate limit exceeded") : status.baclique;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += '"';
  out += name;
  out += "\":";
  append_json_string(out, value);
}

std::string selgeo_body(int status, const StatusText& texts, std::string_view code, std::string_view message) {
  // The message of a validation error is fixed (SEL-34); what is wrong stands in the details.
  const bool is_validation = code == "VALIDATION_ERROR";
  std::string out = "{\"statusCode\":" + std::to_string(status) + ",";
  append_member(out, "message", is_validation || message.empty() ? text_of(code, texts) : message);
  out += ',';
  append_member(out, "error", texts.reason);
  out += ',';
  append_member(out, "code", code);
  if (is_validation) {
    out += ",\"details\":[";
    if (!message.empty()) {
      out += R"({"field":"",)";
      append_member(out, "message", message);
      out += '}';
    }
    out += ']';
  }
  return out + "}";
}

}  // namespace

ErrorText error_text(Dialect dialect, int status, std::string_view message, std::string_view code) {
  const StatusText& texts = texts_of(status);
  if (dialect == Dialect::none || dialect == Dialect::baclique) return {{}, message.empty() ? texts.baclique : message};
  if (code.empty()) {
    code = dialect == Dialect::selgeo ? texts.selgeo : dialect == Dialect::affspace ? texts.affspace : texts.affily;
  }
  return {code, message.empty() ? text_of(code, texts) : message};
}

std::string error_body(Dialect dialect, int status, std::string_view message, std::string_view code) {
  const ErrorText text = error_text(dialect, status, message, code);
  std::string out;
  switch (dialect) {
    case Dialect::selgeo:
      return selgeo_body(status, texts_of(status), text.code, message);
    case Dialect::affspace:
      out = "{\"success\":false,\"error\":{";
      append_member(out, "code", text.code);
      out += ',';
      append_member(out, "message", text.message);
      return out + "}}";
    case Dialect::affily:
      out = "{\"error\":{";
      append_member(out, "code", text.code);
      out += ',';
      append_member(out, "message", text.message);
      return out + ",\"details\":{}}}";
    case Dialect::none:
    case Dialect::baclique:
      break;
  }
  out = "{";
  append_member(out, "error", text.message);
  return out + "}";
}

}  // namespace footfall::wire
