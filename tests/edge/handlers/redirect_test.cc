#include "edge/handlers/redirect.h"

#include <gtest/gtest.h>

#include "proto/schema/click.pb.h"
#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

MadeRequest visit(std::string target, http::Method method = http::Method::get) {
  return MadeRequest(method, "c.localhost", std::move(target)).with("User-Agent", "Mozilla/5.0");
}

class RedirectTest : public testing::Test, protected HandlerFixture {
 protected:
  schema::Click recorded() {
    schema::ClickBatch batch;
    EXPECT_TRUE(batch.ParseFromString(logged()));
    EXPECT_EQ(batch.clicks_size(), 1);
    return batch.clicks(0);
  }
};

TEST_F(RedirectTest, AnswersOnlyWhenReleased) {
  const RememberingResponder responder = [this] {
    MadeRequest request = visit("/abc?sub1=x");
    return handle(request);
  }();
  EXPECT_TRUE(responder.sent.empty());
  ASSERT_EQ(responder.owed.size(), 1u);
  const auto& owed = responder.owed[0];
  EXPECT_EQ(owed.ticket, 1u);
  EXPECT_EQ(owed.safe.status, 302);
  EXPECT_TRUE(owed.safe.location().starts_with("https://shop.example/p?sub1=x&click_id="));
  EXPECT_EQ(owed.safe.field("cache-control"), "no-store");
  EXPECT_EQ(owed.safe.field("x-robots-tag"), "noindex");
  EXPECT_TRUE(owed.safe.body.empty() && owed.safe.type.empty());
  EXPECT_EQ(owed.otherwise.status, 302);
  EXPECT_EQ(owed.otherwise.location(), "https://shop.example/p?sub1=x");
  EXPECT_EQ(owed.otherwise.field("cache-control"), "no-store");
}

TEST_F(RedirectTest, ShowsThePageOfTheVisitorsLanguage) {
  const Answer answer = sent(visit("/nothing").with("Accept-Language", "pl"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_NE(answer.body.find("Nie znaleziono linku"), std::string::npos);
  EXPECT_NE(answer.fields.find("Content-Language: pl\r\n"), std::string::npos);
}

TEST_F(RedirectTest, RecordsWhatItSaw) {
  link().affiliate = wire::AffiliateId{20};
  campaign().mode = wire::Mode::test;
  const auto owed = HandlerFixture::owed(visit("/ABC?sub1=x&utm_source=m")
                                             .with("Referer", "https://news.example/")
                                             .with("X-Forwarded-For", "203.0.113.77"));
  const schema::Click click = recorded();
  EXPECT_EQ(click.received_us(), static_cast<std::uint64_t>(kNowUs));
  EXPECT_EQ(click.account(), 3u);
  EXPECT_EQ(click.mode(), 1u);
  EXPECT_EQ(click.campaign(), 10u);
  EXPECT_EQ(click.affiliate(), 20u);
  EXPECT_EQ(click.link(), 100u);
  EXPECT_EQ(click.key(), 0u);
  EXPECT_EQ(click.verdict(), 0u);
  EXPECT_EQ(click.source(), 0u);
  EXPECT_EQ(click.visitor().size(), 16u);
  EXPECT_EQ(click.ip(), std::string("\xCB\x00\x71\x00", 4));
  EXPECT_EQ(click.user_agent(), "Mozilla/5.0");
  EXPECT_EQ(click.referrer(), "https://news.example/");
  EXPECT_EQ(click.landing(), owed.safe.location());
  EXPECT_EQ(click.query(), "sub1=x&utm_source=m");
  const auto id = wire::click_id_from_bytes(click.id());
  ASSERT_TRUE(id);
  EXPECT_TRUE(owed.safe.location().ends_with(wire::to_uuid(*id)));
  EXPECT_TRUE(wire::has_valid_tag(*id, directory.shared_secrets.tag_key));
  EXPECT_EQ(id->edge_number(), 7u);
}

TEST_F(RedirectTest, SpellsTheIdAsTheDialectDoes) {
  for (const auto& [dialect, code, form] :
       {std::tuple{wire::Dialect::baclique, "b1", "?baclique_id="},
        std::tuple{wire::Dialect::selgeo, "s1", "?click_id="}, std::tuple{wire::Dialect::affspace, "p1", "?click_id="},
        std::tuple{wire::Dialect::affily, "y1", "?click_id=click_"}}) {
    const auto id = static_cast<std::uint64_t>(dialect) + 50;
    add_campaign(id, dialect);
    add_link(code, id, id);
    const std::string location = owed(visit(std::string("/") + code)).safe.location();
    const std::size_t at = location.find(form);
    ASSERT_NE(at, std::string::npos) << location;
    EXPECT_TRUE(wire::parse_click_id(location.substr(location.find('=') + 1))) << location;
  }
}

TEST_F(RedirectTest, TheCampaignsParameterAndTheLinksTargetCount) {
  campaign().click_parameter = "subid";
  link().target = "https://other.example/";
  EXPECT_TRUE(owed(visit("/abc")).safe.location().starts_with("https://other.example/?subid="));
}

TEST_F(RedirectTest, HeadPrefetchAndNoAgentGetTheSameAnswerAndTheirVerdict) {
  const auto same = [this](MadeRequest request) {
    log.submitted.clear();
    const auto answer = owed(std::move(request));
    EXPECT_EQ(answer.safe.status, 302);
    EXPECT_TRUE(answer.safe.location().starts_with("https://shop.example/p?click_id="));
    return recorded().verdict();
  };
  EXPECT_EQ(same(visit("/abc", http::Method::head)), wire::kVerdictHead);
  EXPECT_EQ(same(visit("/abc").with("Sec-Purpose", "prefetch")), wire::kVerdictPrefetch);
  EXPECT_EQ(same(MadeRequest(http::Method::get, "c.localhost", "/abc")), wire::kVerdictNoAgent);
}

TEST_F(RedirectTest, PausedAndArchivedGoOnWithoutAnIdAndRecordNothing) {
  for (const auto& [status, reason] :
       {std::pair{CampaignStatus::paused, Refusal::paused}, std::pair{CampaignStatus::archived, Refusal::archived}}) {
    campaign().status = status;
    const Answer answer = sent(visit("/abc?sub1=x&click_id=evil"));
    EXPECT_EQ(answer.status, 302);
    EXPECT_EQ(answer.location(), "https://shop.example/p?sub1=x");
    EXPECT_EQ(answer.field("cache-control"), "no-store");
    EXPECT_EQ(refused(reason), 1u);
  }
  EXPECT_TRUE(log.submitted.empty());
}

TEST_F(RedirectTest, ExpiredGoesToTheFallbackOrIsGone) {
  link().expires_s = kNowS - 1;
  const Answer gone = sent(visit("/abc"));
  EXPECT_EQ(gone.status, 410);
  EXPECT_TRUE(gone.type.starts_with("text/html"));
  campaign().fallback = "https://shop.example/over";
  EXPECT_EQ(sent(visit("/abc")).location(), "https://shop.example/over");
  link().fallback = "https://shop.example/closer";
  const Answer answer = sent(visit("/abc?a=1"));
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.location(), "https://shop.example/closer?a=1");
  EXPECT_EQ(refused(Refusal::expired), 3u);
  EXPECT_TRUE(log.submitted.empty());
}

TEST_F(RedirectTest, UnknownDraftAndDeletedAreA404Page) {
  campaign().status = CampaignStatus::draft;
  add_link("orphan", 101, 999);
  for (const char* target : {"/nobody", "/abc", "/orphan", "/", "/abc/def", "/%61%00"}) {
    const Answer answer = sent(visit(target));
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_TRUE(answer.type.starts_with("text/html"));
    EXPECT_EQ(answer.field("x-robots-tag"), "noindex");
    EXPECT_EQ(answer.field("cache-control"), "no-store");
  }
  EXPECT_EQ(refused(Refusal::unknown_code), 6u);
}

TEST_F(RedirectTest, CodesAreReadAsWritten) {
  for (const char* target : {"/abc", "/AbC", "/abc/", "/%61bc", "/%41BC?x"}) {
    EXPECT_EQ(owed(visit(target)).safe.status, 302) << target;
  }
}

TEST_F(RedirectTest, OtherMethodsAreRefused) {
  for (const auto method : {http::Method::post, http::Method::put, http::Method::del, http::Method::options}) {
    const Answer answer = sent(visit("/abc", method));
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.field("allow"), "GET, HEAD");
  }
}

TEST_F(RedirectTest, WithTheLogFullTheVisitorGoesOnUnrecorded) {
  log.is_accepting = false;
  const Answer answer = sent(visit("/abc?sub1=x"));
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.location(), "https://shop.example/p?sub1=x");
  EXPECT_EQ(probe.unrecorded.value(), 1u);
  EXPECT_TRUE(log.submitted.empty());
}

TEST_F(RedirectTest, BeforeTheDirectoryIsLoadedNothingIsUnknown) {
  directory.is_loaded = false;
  const Answer answer = sent(visit("/abc"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("retry-after"), "1");
}

TEST_F(RedirectTest, LocationIsNeverMoreThanOneLine) {
  campaign().target = "https://shop.example/p\r\nSet-Cookie: x=1?a=\n";
  const auto answer = owed(visit("/abc?a=%0d%0aSet-Cookie:%20x=1"));
  EXPECT_FALSE(answer.safe.field("set-cookie"));
  EXPECT_EQ(std::count(answer.safe.fields.begin(), answer.safe.fields.end(), '\n'), 3);
}

TEST_F(RedirectTest, WhatIsTooLongIsCutAndCounted) {
  owed(visit("/abc?x=" + std::string(7'000, 'y') + "&sub1=one&utm_source=news&y=1")
           .with("Referer", std::string(4'000, 'r')));
  const schema::Click click = recorded();
  EXPECT_EQ(click.referrer().size(), wire::kReferrerBytesMax);
  EXPECT_EQ(click.query(), "sub1=one&utm_source=news&y=1") << "what is read out of it comes first";
  EXPECT_EQ(click.landing().size(), wire::kLandingBytesMax);
  EXPECT_EQ(probe.cut.value(), 1u);
}

TEST_F(RedirectTest, CodesThatCameThroughCopyAndPaste) {  // D-14, FC-9
  for (const char* path : {"/abc.", "/abc,", "/abc)", "/abc%20", "/abc%C2%A0", "/abc%E2%80%8B", "/abc/", "/(abc)",
                           "/abc%22", "/%E2%80%9Cabc%E2%80%9D", "/abc%2520", "/abc/."}) {
    EXPECT_EQ(owed(visit(path)).safe.status, 302) << path;
  }
  log.submitted.clear();
  add_link("abc.", 101, 10);
  owed(visit("/abc."));
  EXPECT_EQ(recorded().link(), 101u) << "as it is written comes first";
  for (const char* path : {"/abc-", "/ab%20c", "/abc/x", "/.", "/%E2%80%8B"}) {
    EXPECT_EQ(sent(visit(path)).status, 404) << path;
  }
}

TEST_F(RedirectTest, APlusShowsWhereTheLinkLeadsAndRecordsNothing) {  // D-38
  campaign().target = "https://shop.example/p?a=1";
  for (const char* target : {"/abc+", "/abc%2B", "/abc%2b", "/AbC+/", "/abc.+"}) {
    const Answer answer = sent(visit(target));
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_TRUE(answer.type.starts_with("text/html"));
    EXPECT_EQ(answer.field("x-robots-tag"), "noindex");
    EXPECT_EQ(answer.field("cache-control"), "no-store");
    EXPECT_NE(answer.body.find("<code>https://shop.example/p?a=1</code>"), std::string::npos) << answer.body;
    EXPECT_EQ(answer.location(), "");
  }
  EXPECT_NE(sent(visit("/abc+/")).body.find("href=\"/abc\""), std::string::npos);
  for (const char* target : {"//abc+", "///abc+/", "/\\abc+", "/%5Cabc+"}) {  // "//abc" would be another host
    EXPECT_NE(sent(visit(target)).body.find("href=\"/abc\""), std::string::npos) << target;
  }
  add_link("evil.example", 102, 10);
  EXPECT_NE(sent(visit("//evil.example+")).body.find("href=\"/evil.example\""), std::string::npos);
  const std::string with_query = sent(visit("/abc%2B?b=2&x=%22'<i>")).body;
  EXPECT_NE(with_query.find("href=\"/abc?b=2&amp;x=%22&#39;&lt;i&gt;\""), std::string::npos) << with_query;
  EXPECT_NE(with_query.find("a=1&amp;b=2"), std::string::npos) << with_query;
  EXPECT_EQ(with_query.find("<i>"), std::string::npos);
  EXPECT_EQ(sent(visit("/abc+", http::Method::head)).status, 200);
  EXPECT_EQ(sent(visit("/nobody+")).status, 404);
  EXPECT_EQ(sent(visit("/+")).status, 404);
  campaign().status = CampaignStatus::paused;
  EXPECT_EQ(sent(visit("/abc+")).status, 200);
  link().expires_s = kNowS - 1;
  EXPECT_EQ(sent(visit("/abc+")).status, 410);
  link().fallback = "https://shop.example/over";
  EXPECT_NE(sent(visit("/abc+")).body.find("<code>https://shop.example/over</code>"), std::string::npos);
  EXPECT_TRUE(log.submitted.empty());
  EXPECT_TRUE(equation_closes());
}

TEST_F(RedirectTest, TheEquationClosesOverEveryFate) {
  owed(visit("/abc"));
  owed(visit("/abc"));
  sent(visit("/nobody"));
  sent(visit("/abc", http::Method::post));
  EXPECT_EQ(recorder.in_flight(), 2u);
  EXPECT_TRUE(equation_closes());
  recorder.decided(1, true);
  EXPECT_TRUE(equation_closes());
  recorder.decided(2, false);
  log.is_accepting = false;
  sent(visit("/abc"));
  campaign().status = CampaignStatus::paused;
  sent(visit("/abc"));
  EXPECT_EQ(probe.received.value(), 6u);
  EXPECT_EQ(probe.safe.value(), 1u);
  EXPECT_EQ(probe.unrecorded.value(), 2u);
  EXPECT_EQ(recorder.in_flight(), 0u);
  EXPECT_TRUE(equation_closes());
}

TEST_F(RedirectTest, MoreClicksOfAnAddressThanPeopleMakeGoOnAndAreMarked) {
  const auto verdict = [this] {
    log.submitted.clear();
    EXPECT_EQ(owed(visit("/abc").with("X-Forwarded-For", "203.0.113.9")).safe.status, 302);
    return recorded().verdict();
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(verdict(), 0u);
  EXPECT_EQ(verdict(), wire::kVerdictLimit);
}

TEST_F(RedirectTest, TheVisitorsHashChangesAtMidnightAndNeedsASalt) {
  const auto visitor = [this](std::int64_t days) {
    log.submitted.clear();
    MadeRequest request = visit("/abc");
    request.at(kNowUs + days * 86'400'000'000);
    EXPECT_EQ(owed(std::move(request)).safe.status, 302);
    return recorded().visitor();
  };
  EXPECT_EQ(visitor(0), visitor(0));
  EXPECT_NE(visitor(0), visitor(1));
  EXPECT_EQ(visitor(1).size(), 16u) << "tomorrow's salt came before";
  EXPECT_EQ(visitor(2), "") << "nobody brought one: the click counts without a visitor";
}

}  // namespace
}  // namespace footfall::edge
