#include "proto/wire/click.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/schema/click.pb.h"

namespace footfall::wire {
namespace {

ClickId some_id() {
  ClickId id;
  for (std::uint8_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(i * 17);
  return id;
}

// The same click through the generated code.
void fill(schema::Click& out, const Click& click) {
  out.set_id(std::string(click.id.view()));
  out.set_received_us(static_cast<std::uint64_t>(click.received_us));
  out.set_account(click.account.value);
  out.set_mode(static_cast<std::uint32_t>(click.mode));
  out.set_campaign(click.campaign.value);
  out.set_affiliate(click.affiliate.value);
  out.set_link(click.link.value);
  out.set_verdict(click.verdict);
  out.set_source(static_cast<std::uint32_t>(click.source));
  out.set_visitor(std::string(click.visitor));
  out.set_ip(std::string(click.ip));
  out.set_user_agent(std::string(click.user_agent.substr(0, kUserAgentBytesMax)));
  out.set_referrer(std::string(click.referrer.substr(0, kReferrerBytesMax)));
  out.set_landing(std::string(click.landing.substr(0, kLandingBytesMax)));
  out.set_query(std::string(click.query.substr(0, kQueryBytesMax)));
  out.set_key(click.key.value);
}

// Numbers of every varint length, zero among them.
std::uint64_t any_number() { return *rc::gen::arbitrary<std::uint64_t>() >> *rc::gen::inRange(0, 65) % 64; }

std::string any_bytes(std::size_t max) {
  return *rc::gen::container<std::string>(*rc::gen::inRange<std::size_t>(0, max + 1), rc::gen::arbitrary<char>());
}

TEST(Codec, EqualsTheGeneratedEncoding) {
  EXPECT_TRUE(rc::check([] {
    const std::string visitor = *rc::gen::arbitrary<bool>() ? any_bytes(0) : std::string(16, 'v');
    const std::string ip = *rc::gen::element(std::string(), std::string(4, '\0'), std::string(16, '\xFE'));
    const std::string user_agent = any_bytes(kUserAgentBytesMax + 2);
    const std::string referrer = any_bytes(200);
    const std::string landing = any_bytes(200);
    const std::string query = any_bytes(200);
    Click click;
    click.id = some_id();
    click.received_us = static_cast<std::int64_t>(any_number() >> 1);
    click.account.value = any_number();
    click.mode = *rc::gen::element(Mode::live, Mode::test);
    click.campaign.value = any_number();
    click.affiliate.value = any_number();
    click.link.value = any_number();
    click.key.value = any_number();
    click.verdict = static_cast<std::uint32_t>(any_number());
    click.source = *rc::gen::element(ClickSource::redirect, ClickSource::posted, ClickSource::posted_client_id);
    click.visitor = visitor;
    click.ip = ip;
    click.user_agent = user_agent;
    click.referrer = referrer;
    click.landing = landing;
    click.query = query;

    schema::ClickBatch batch;
    fill(*batch.add_clicks(), click);
    std::string out = "before";
    const std::size_t appended = append_click(out, click);
    RC_ASSERT(out == "before" + batch.SerializeAsString());
    RC_ASSERT(appended == out.size() - 6);
  }));
}

TEST(Codec, AnAllDefaultClickIsItsIdAlone) {
  std::string out;
  append_click(out, Click{});
  schema::ClickBatch batch;
  batch.add_clicks()->set_id(std::string(16, '\0'));
  EXPECT_EQ(out, batch.SerializeAsString());
}

TEST(Codec, CutsWhatIsTooLongAndStaysInItsBound) {
  const std::string huge(100'000, 'x');
  Click click;
  click.id = some_id();
  click.received_us = INT64_MAX;
  click.account.value = click.campaign.value = click.affiliate.value = click.link.value = UINT64_MAX;
  click.key.value = UINT64_MAX;
  click.verdict = UINT32_MAX;
  click.mode = Mode::test;
  click.source = ClickSource::posted_client_id;
  click.visitor = click.ip = std::string_view(huge).substr(0, 16);
  click.user_agent = click.referrer = click.landing = click.query = huge;
  std::string out;
  EXPECT_LE(append_click(out, click), kClickBytesMax);
  schema::ClickBatch batch;
  ASSERT_TRUE(batch.ParseFromString(out));
  EXPECT_EQ(batch.clicks(0).user_agent().size(), kUserAgentBytesMax);
  EXPECT_EQ(batch.clicks(0).referrer().size(), kReferrerBytesMax);
  EXPECT_EQ(batch.clicks(0).landing().size(), kLandingBytesMax);
  EXPECT_EQ(batch.clicks(0).query().size(), kQueryBytesMax);
  schema::ClickBatch expected;
  fill(*expected.add_clicks(), click);
  EXPECT_EQ(out, expected.SerializeAsString());
}

TEST(Codec, ClicksAndTrailerAreOneBatch) {
  const Incarnation incarnation = Incarnation::random();
  Click click;
  click.id = some_id();
  click.user_agent = "agent";
  std::string out;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    click.link.value = i;
    append_click(out, click);
  }
  append_batch_trailer(out, incarnation, 41, 43, VoidReason::none);
  schema::ClickBatch batch;
  ASSERT_TRUE(batch.ParseFromString(out));
  ASSERT_EQ(batch.clicks_size(), 3);
  EXPECT_EQ(batch.clicks(2).link(), 3u);
  EXPECT_EQ(batch.clicks(2).user_agent(), "agent");
  EXPECT_EQ(batch.incarnation(), incarnation.view());
  EXPECT_EQ(batch.first(), 41u);
  EXPECT_EQ(batch.last(), 43u);
  EXPECT_EQ(batch.void_reason(), 0u);
  EXPECT_EQ(out, batch.SerializeAsString());
}

TEST(Codec, AVoidRunIsATrailer) {
  std::string out;
  append_batch_trailer(out, Incarnation::random(), 1, 1000, VoidReason::unreadable);
  schema::ClickBatch batch;
  ASSERT_TRUE(batch.ParseFromString(out));
  EXPECT_EQ(batch.clicks_size(), 0);
  EXPECT_EQ(batch.void_reason(), 2u);
  EXPECT_EQ(out, batch.SerializeAsString());
  EXPECT_DEATH(append_batch_trailer(out, Incarnation{}, 0, 1, VoidReason::none), "check.failed");
  EXPECT_DEATH(append_batch_trailer(out, Incarnation{}, 5, 4, VoidReason::none), "check.failed");
}

TEST(Verdict, NamesAreStable) {
  EXPECT_EQ(verdict_names(0), "human");
  EXPECT_EQ(verdict_names(kVerdictHead | kVerdictPrefetch | kVerdictNoAgent | kVerdictBot | kVerdictNetwork |
                          kVerdictRevoked | kVerdictOrigin | kVerdictLimit),
            "head,prefetch,no_agent,origin,limit,bot,network,revoked");
  EXPECT_EQ(verdict_names(kVerdictBot), "bot");
  EXPECT_EQ(verdict_name(kVerdictHead), "head");
  EXPECT_EQ(verdict_name(1u << 5), "");
  EXPECT_EQ(verdict_name(kVerdictHead | kVerdictBot), "");
}

}  // namespace
}  // namespace footfall::wire
