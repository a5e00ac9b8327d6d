// What a dialect says of its API: its routes, its limits, how its credentials travel and how its errors look.
// Everything that dialects have in common, from the choice of the route to the limits, is in admission.h. A dialect
// holds no rule about money and no state: one object serves all workers at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/api/field_reader.h"
#include "core/api/request.h"
#include "core/api/responses.h"
#include "core/api/routes.h"
#include "core/api/worker_context.h"
#include "core/storage/postbacks.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

class DialectApi;
class OpenApi;

// A request that admission has let through: what a handler works on.
struct AdmittedRequest {
  const DialectApi& api;
  const ApiRequest& request;
  const Route& route;
  const std::array<std::string, kPathParametersMax>& parameters;  // of the path, decoded, in the pattern's order
  RequestInput& input;                                            // the fields of body and query (fields.h)
  std::optional<Caller> asking;                                   // none where the route asks for no credential
  std::optional<PostbackEndpoint> endpoint;                       // where the route is a callback endpoint
  bool caller_is_remembered = false;                              // and not confirmed yet (KeyCheck)

  // Whom the route's access let in; not for routes with Access::none.
  const Caller& caller() const {
    FOOTFALL_CHECK(asking.has_value());
    return *asking;
  }
};

// Why admission turns a request away, where dialects differ in what they then say.
enum class Denial : std::uint8_t {
  no_credential,      // none was sent
  wrong_credential,   // unknown, revoked, or of another dialect
  wrong_caller_kind,  // a sound credential that does not open this route
};

class DialectApi {
 public:
  DialectApi();
  virtual ~DialectApi();
  DialectApi(const DialectApi&) = delete;
  DialectApi& operator=(const DialectApi&) = delete;
  virtual wire::Dialect dialect() const = 0;
  // Rows are tried in order; the table outlives the program.
  virtual std::span<const Route> routes() const = 0;
  virtual std::span<const AddressLimit> address_limits() const { return {}; }  // the first prefix that fits counts
  virtual bool requires_https() const { return false; }                        // plain HTTP from afar gets 403
  virtual bool shows_limits() const { return false; }  // X-RateLimit-* on every response that a key's limit let through

  // The key or token that the request presents; empty: none.
  virtual std::string presented_credential(const ApiRequest& request, RequestInput& input) const;
  // Whose credential that is. None: nobody's.
  virtual Result<std::optional<Caller>> find_caller(std::string_view credential, WorkerContext& context) const;
  virtual ApiResponse deny(Denial denial, const Route& route) const = 0;
  // Why a caller who holds a sound credential may not use the API at all, such as an account's plan. None: it may.
  virtual std::optional<ApiResponse> refuse_caller(const Caller&) const { return std::nullopt; }

  // Callback endpoints: the limit zone of this one, and the log that its owner reads. The log gets every response.
  virtual std::string_view callback_zone(const PostbackEndpoint&) const { return {}; }
  virtual void log_callback(const AdmittedRequest&, const ApiResponse&, WorkerContext&) const {}

  // Whether body or query name a field that this dialect alone has. Asked where nothing in a request's head decides
  // which dialect it speaks.
  virtual bool names_own_field(const ApiRequest&) const { return false; }

  // The description of this API for clients, made from its routes when it is asked for the first time.
  const OpenApi& openapi() const;

 private:
  mutable std::once_flag openapi_made_;
  mutable std::unique_ptr<const OpenApi> openapi_;
};

}  // namespace footfall::core
