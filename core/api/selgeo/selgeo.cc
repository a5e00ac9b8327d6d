#include "core/api/selgeo/selgeo.h"

#include "core/api/selgeo/conversions.h"

namespace footfall::core::selgeo {
namespace {

constexpr std::int64_t kGeneralPerMinute = 300;  // SEL-17, per address
constexpr std::int64_t kAuthPerMinute = 10;      // SEL-16, per address

Answer not_allowed(std::string_view allowed) {
  Answer answer = refuse(wire::Dialect::selgeo, 405);
  add_field(answer, "Allow", allowed);
  return answer;
}

}  // namespace

Answer Selgeo::answer(const Call& call, Desk& desk) const {
  // No redirect: a redirected POST loses its body, and the key has been seen already (SE-18).
  if (!call.secure) return refuse(wire::Dialect::selgeo, 403, "HTTPS is required");
  if (call.path == "/api/v1/conversions" && call.method == http::Method::post) return report_conversion(call, desk);

  const bool auth = call.path.starts_with("/api/v1/auth/");
  if (auth || call.path.starts_with("/api/v1/")) {
    const LimitVerdict verdict = auth ? desk.limiter.take("selgeo-auth", call.client.text(), kAuthPerMinute)
                                      : desk.limiter.take("selgeo-general", call.client.text(), kGeneralPerMinute);
    if (!verdict.allowed) return refuse_limited(wire::Dialect::selgeo, verdict, desk.clock);
  }
  if (call.path == "/api/v1/conversions") return not_allowed("POST");
  return refuse(wire::Dialect::selgeo, 404);
}

}  // namespace footfall::core::selgeo
