// Admission with an invented dialect: which response each kind of request gets, in which order the checks run, and what
// counts against which limit. Redis is away here, so the limits are those of this process.
#include "core/api/admission.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "core/payments/providers.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

using enum http::Method;

class NoRedis final : public redis::Redis {
 public:
  Result<redis::Reply> command(const redis::Arguments&, std::int64_t) override {
    return unavailable(ErrorSource::redis, "no Redis here");
  }
  Result<std::vector<redis::Reply>> pipeline(std::span<const redis::Arguments>) override {
    return unavailable(ErrorSource::redis, "no Redis here");
  }
  bool connected() const override { return false; }
};

ApiResponse echo(AdmittedRequest& admitted, WorkerContext&) {
  ApiResponse response;
  response.body = admitted.parameters[0];
  if (admitted.asking) response.body += "|" + admitted.caller().public_id;
  return response;
}

// As a round does that books the report of a caller whose key has not changed.
ApiResponse confirm(AdmittedRequest& admitted, WorkerContext& context) {
  admitted.caller_is_remembered = false;
  return echo(admitted, context);
}

ApiResponse fail(AdmittedRequest&, WorkerContext&) { throw std::runtime_error("a fault of ours"); }

constexpr Route kTable[] = {
    {get, "/v1/campaigns/{campaign_id}", Access::secret_key, "api", BodyFormat::none, echo},
    {post, "/v1/campaigns", Access::secret_key | Access::dashboard_user, "api", BodyFormat::json, echo},
    {post, "/v1/auth/login", Access::none, "", BodyFormat::json, echo},
    {get, "/v1/book", Access::none, "", BodyFormat::json_or_form, echo, KeyCheck::at_once, Effect::writes},
    {post, "/v1/book", Access::none, "", BodyFormat::json_or_form, echo},
    {post, "/v1/confirm", Access::secret_key, "api", BodyFormat::json, confirm, KeyCheck::with_the_booking},
    {post, "/v1/refuse", Access::secret_key, "api", BodyFormat::json, echo, KeyCheck::with_the_booking},
    {get, "/v1/fault", Access::secret_key, "api", BodyFormat::none, fail},
    {get, "/v1/dashboard", Access::dashboard_user, "", BodyFormat::none, echo},
};
constexpr AddressLimit kAddressLimits[] = {{"/v1/auth/", "auth", 2}, {"/v1/", "general", 5}};

class Invented final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::baclique; }
  std::span<const Route> routes() const override { return kTable; }
  std::span<const AddressLimit> address_limits() const override { return kAddressLimits; }
  bool requires_https() const override { return true; }
  bool shows_limits() const override { return true; }
  Result<std::optional<Caller>> find_caller(std::string_view credential, WorkerContext&) const override {
    ++lookups;
    if (is_revoked) return std::nullopt;
    if (credential == "down") return unavailable(ErrorSource::postgres, "PostgreSQL is away");
    if (!credential.starts_with("key") && credential != "person") return std::nullopt;
    Caller caller;
    caller.kind = credential == "person" ? CallerKind::dashboard_user : CallerKind::api_key;
    caller.key_kind = credential == "keypublic" ? KeyKind::public_key : KeyKind::secret_key;
    caller.public_id = credential;
    caller.account.dialect = dialect();
    caller.limits = {{"api", 3}};
    return caller;
  }
  std::optional<ApiResponse> refuse_caller(const Caller& caller) const override {
    if (caller.public_id != "keyfree") return std::nullopt;
    return error_response(dialect(), 403, "plan");
  }
  ApiResponse deny(Denial denial, const Route&) const override {
    constexpr std::string_view kCodes[] = {"none", "wrong", "kind"};
    return error_response(dialect(), denial == Denial::wrong_caller_kind ? 403 : 401,
                          kCodes[static_cast<std::size_t>(denial)]);
  }

  mutable int lookups = 0;
  bool is_revoked = false;
};

class AdmissionTest : public testing::Test {
 protected:
  ApiResponse ask(http::Method method, std::string_view path, std::string_view key = {}, std::string_view type = {}) {
    ApiRequest request;
    request.method = method;
    request.path = path;
    if (!key.empty()) request.authorization = "Bearer " + std::string(key);
    request.content_type = type;
    request.client = http::parse_address(address);
    request.secure = is_secure;
    request.click_wait = click_wait;
    request.user_agent = user_agent;
    request.is_prefetch = is_prefetch;
    if (method != get) request.body = body;
    return answer_request(api_, request, context_);
  }

  std::string body = "{}";
  std::string address = "192.0.2.1";
  std::string user_agent = "curl/8.0";
  bool is_prefetch = false;
  bool is_secure = true;
  ClickWait click_wait = ClickWait::not_asked;

  Invented api_;

 private:
  static constexpr const char* kNoDatabase = "postgresql://nowhere.invalid/none";
  Database database_{kNoDatabase, "test"};
  NoRedis redis_;
  LocalWindows windows_{system_clock()};
  Limiter limiter_{redis_, windows_};
  ConversionRounds rounds_{system_clock(), kNoDatabase};
  KnownCallers known_callers_;
  const std::function<bool(std::string_view)> looks_at_links_ = [](std::string_view agent) { return agent == "Peek"; };
  const DepositSettings deposits_;
  const WebhookSettings webhooks_;
  const Site site_;
  const RegistrationSettings registration_;
  Metrics metrics_;
  PaymentProviders payments_{{}, {}, 1, metrics_};
  WorkerContext context_{database_, limiter_,  rounds_,   known_callers_, system_clock(), looks_at_links_,
                         deposits_, payments_, webhooks_, site_,          registration_};
};

TEST_F(AdmissionTest, AnAdmittedRequestReachesItsHandler) {
  const ApiResponse response = ask(get, "/v1/campaigns/cmp_1", "key1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "cmp_1|key1");
  EXPECT_NE(response.extra_fields.find("X-RateLimit-Limit: 3\r\n"), std::string::npos);
  EXPECT_NE(response.extra_fields.find("X-RateLimit-Remaining: 2\r\n"), std::string::npos);
  EXPECT_EQ(ask(head, "/v1/campaigns/cmp_1", "key1").status, 200);
  EXPECT_EQ(ask(post, "/v1/campaigns", "person").body, "|person");
}

TEST_F(AdmissionTest, ACallerWhoMayNotUseTheApiIsCountedAndRefused) {
  for (int call = 0; call < 3; ++call) {
    const ApiResponse response = ask(get, "/v1/campaigns/17", "keyfree");
    EXPECT_EQ(response.status, 403);
    EXPECT_NE(response.extra_fields.find("X-RateLimit-Limit: 3\r\n"), std::string::npos);
  }
  EXPECT_EQ(ask(get, "/v1/campaigns/17", "keyfree").status, 429);
}

TEST_F(AdmissionTest, EveryResponseToACountedCallShowsTheLimit) {
  const ApiResponse response = ask(get, "/v1/campaigns/17", "key1");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.extra_fields.find("X-RateLimit-Remaining: 2\r\n"), std::string::npos);
}

TEST_F(AdmissionTest, PlainHttpComesFirst) {
  is_secure = false;
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 403);
  EXPECT_EQ(ask(get, "/nowhere").status, 403);
}

TEST_F(AdmissionTest, UnknownPathsAndWrongMethods) {
  EXPECT_EQ(ask(get, "/nowhere").status, 404);
  const ApiResponse response = ask(put, "/v1/campaigns", "key1");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.extra_fields, "Allow: POST\r\n");
}

TEST_F(AdmissionTest, CredentialsAreToldApart) {
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1").body, R"({"error":"none"})");
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "other").body, R"({"error":"wrong"})");
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "keypublic").body, R"({"error":"kind"})");
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "person").status, 403);
  EXPECT_EQ(ask(get, "/v1/dashboard", "key1").status, 403);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "down").status, 503);
}

TEST_F(AdmissionTest, TheKeysLimitCountsFirstPassesOnly) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 200);
  click_wait = ClickWait::settled;
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 200);
  click_wait = ClickWait::not_asked;
  const ApiResponse response = ask(get, "/v1/campaigns/cmp_1", "key1");
  EXPECT_EQ(response.status, 429);
  EXPECT_NE(response.extra_fields.find("Retry-After: "), std::string::npos);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key2").status, 200);
}

TEST_F(AdmissionTest, WithoutAKeysLimitTheAddressCounts) {
  EXPECT_EQ(ask(post, "/v1/auth/login").status, 200);
  EXPECT_EQ(ask(post, "/v1/auth/nothing").status, 404);
  EXPECT_EQ(ask(post, "/v1/auth/login").status, 429);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(get, "/v1/nothing").status, 404);
  EXPECT_EQ(ask(get, "/v1/dashboard", "person").status, 200);
  EXPECT_EQ(ask(put, "/v1/campaigns", "person").status, 405);
  EXPECT_EQ(ask(put, "/v1/campaigns", "person").status, 429);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 200);
  address = "192.0.2.2";
  EXPECT_EQ(ask(post, "/v1/auth/login").status, 200);
}

TEST_F(AdmissionTest, StrangersAreLimitedPerAddress) {
  for (int i = 0; i < kStrangersPerMinute; ++i) EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "guess").status, 401);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "guess").status, 429);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1").status, 429);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 200);
  address = "192.0.2.2";
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "guess").status, 401);
}

// SE-14: what a credential of the wrong kind asks is counted, too; a good one from there goes on.
TEST_F(AdmissionTest, CredentialsOfTheWrongKindAreLimitedPerAddress) {
  for (int i = 0; i < kStrangersPerMinute; ++i) {
    EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", i % 2 == 0 ? "keypublic" : "person").status, 403);
  }
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "keypublic").status, 429);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "person").status, 429);
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 200);
}

// SE-17: a public key is 403, and 401 as soon as it is revoked.
TEST_F(AdmissionTest, ARevokedPublicKeyIsAWrongOne) {
  EXPECT_EQ(ask(post, "/v1/confirm", "keypublic").status, 403);
  api_.is_revoked = true;
  EXPECT_EQ(ask(post, "/v1/confirm", "keypublic").status, 401);
}

// D-36: an IPv6 customer has a /64 at least, so that is what counts.
TEST_F(AdmissionTest, AddressesOfOneIpv6NetworkCountTogether) {
  for (int i = 0; i < kStrangersPerMinute; ++i) {
    address = "2001:db8:1:2::" + std::to_string(i + 1);
    EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "guess").status, 401);
  }
  address = "2001:db8:1:2:ffff::1";
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "guess").status, 429);
  address = "2001:db8:1:3::1";
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "guess").status, 401);
}

// FC-7
TEST_F(AdmissionTest, NoGetBooksForWhoOnlyLooks) {
  EXPECT_EQ(ask(get, "/v1/book").status, 200);
  is_prefetch = true;
  EXPECT_EQ(ask(get, "/v1/book").status, 403);
  EXPECT_EQ(ask(post, "/v1/book").status, 200);
  is_prefetch = false;
  user_agent = "Peek";
  EXPECT_EQ(ask(get, "/v1/book").status, 403);
  EXPECT_EQ(ask(head, "/v1/book").status, 405);
}

TEST_F(AdmissionTest, ARememberedKeyThatTheBookingConfirmsIsNotLookedUpAgain) {
  EXPECT_EQ(ask(post, "/v1/confirm", "key1").status, 200);
  EXPECT_EQ(ask(post, "/v1/confirm", "key1").body, "|key1");
  EXPECT_EQ(api_.lookups, 1);
  EXPECT_EQ(ask(post, "/v1/confirm", "key1").status, 200);
  EXPECT_EQ(ask(post, "/v1/confirm", "key1").status, 429);
  EXPECT_EQ(ask(post, "/v1/campaigns", "key2").status, 200);
  EXPECT_EQ(ask(post, "/v1/campaigns", "key2").status, 200);
  EXPECT_EQ(api_.lookups, 3);
}

// Whatever its handler says: a request that is refused for its fields, too, is refused for its key first.
TEST_F(AdmissionTest, ARememberedKeyThatNothingConfirmsIsLookedUp) {
  EXPECT_EQ(ask(post, "/v1/refuse", "key1").status, 200);
  EXPECT_EQ(api_.lookups, 1);
  EXPECT_EQ(ask(post, "/v1/refuse", "key1").status, 200);
  EXPECT_EQ(api_.lookups, 2);
  api_.is_revoked = true;
  EXPECT_EQ(ask(post, "/v1/refuse", "key1").status, 401);
  api_.is_revoked = false;
  EXPECT_EQ(ask(post, "/v1/refuse", "key1").status, 429) << "each was counted, and counted once";
}

TEST_F(AdmissionTest, AKeyThatIsFoundToBeRevokedIsForgotten) {
  EXPECT_EQ(ask(post, "/v1/confirm", "key1").status, 200);
  api_.is_revoked = true;
  EXPECT_EQ(ask(post, "/v1/refuse", "key1").status, 401);
  EXPECT_EQ(ask(post, "/v1/confirm", "key1").status, 401);
  EXPECT_EQ(ask(post, "/v1/confirm", "keypublic").status, 401);
}

TEST_F(AdmissionTest, AnExceptionIsThe500OfItsCallAlone) {
  const ApiResponse response = ask(get, "/v1/fault", "key1");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("fault of ours"), std::string::npos) << response.body;
  EXPECT_EQ(ask(get, "/v1/campaigns/cmp_1", "key1").status, 200);
}

TEST_F(AdmissionTest, AnIdOfAnotherKindIsNotFound) {
  EXPECT_EQ(ask(get, "/v1/campaigns/conv_1").status, 401);
  const ApiResponse response = ask(get, "/v1/campaigns/conv_1", "key1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, R"({"error":"Campaign not found"})");
}

TEST_F(AdmissionTest, OtherMediaTypesAreRefusedAfterTheLimit) {
  EXPECT_EQ(ask(post, "/v1/campaigns", "key1", "text/xml").status, 415);
  EXPECT_EQ(ask(post, "/v1/campaigns", "", "text/xml").status, 401);
  EXPECT_EQ(ask(post, "/v1/campaigns", "key1", "application/json").status, 200);
  EXPECT_EQ(ask(post, "/v1/campaigns", "key2", "application/vnd.api+json").status, 200);
  body = "a=1";
  EXPECT_EQ(ask(post, "/v1/book", "", "multipart/form-data").status, 415);
  EXPECT_EQ(ask(post, "/v1/book", "", "application/x-www-form-urlencoded").status, 200);
}

}  // namespace
}  // namespace footfall::core
