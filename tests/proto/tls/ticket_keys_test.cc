#include "proto/tls/ticket_keys.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "proto/tls/certificates.h"
#include "tests/proto/tls/test_certificates.h"
#include "tests/proto/tls/test_client.h"

namespace footfall::tls {
namespace {

class SetClock final : public Clock {
 public:
  std::int64_t now_us = 1'000'000'000;
  std::int64_t wall_us() const override { return now_us; }
  std::int64_t steady_us() const override { return now_us; }
  void sleep_us(std::int64_t) const override {}
  void pass_s(std::int64_t s) { now_us += s * 1'000'000; }
};

// What a client is left with after a connection.
struct Visit {
  bool is_resumed = false;
  std::string key_name;  // of the ticket, which begins with it
  SSL_SESSION* session = nullptr;
};

class TicketsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_.load({folder_.certificate("a", {"a.example"})}, Version::tls_1_2)); }
  void TearDown() override {
    for (SSL_SESSION* each : sessions_) SSL_SESSION_free(each);
  }
  Visit visit(int version, SSL_SESSION* resume = nullptr) {
    TestClient client({.version = version, .resume = resume});
    Session server(store_.current());
    std::string plain;
    exchange(client, server, plain);
    client.read();
    EXPECT_FALSE(server.is_handshaking());
    client.end();  // OpenSSL does not resume what was not ended in order
    Visit visit{server.is_resumed(), {}, client.session()};
    sessions_.push_back(visit.session);
    const unsigned char* ticket = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket(visit.session, &ticket, &size);
    if (size >= 16) visit.key_name.assign(reinterpret_cast<const char*>(ticket), 16);
    return visit;
  }

  SetClock clock_;
  TestFolder folder_;
  CertificateStore store_{clock_};
  std::vector<SSL_SESSION*> sessions_;
};

// Under OpenSSL: a ticket of the key before this one is taken, and exchanged for one of the key of today.
TEST_F(TicketsTest, ATicketOfThePreviousKeyResumesAndIsRenewed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Visit first = visit(version);
    EXPECT_FALSE(first.is_resumed);
    const Visit again = visit(version, first.session);
    EXPECT_TRUE(again.is_resumed);
    EXPECT_EQ(again.key_name, first.key_name);
    clock_.pass_s(kTicketLifeS);
    const Visit later = visit(version, first.session);
    EXPECT_TRUE(later.is_resumed);
    EXPECT_NE(later.key_name, first.key_name);
    clock_.pass_s(kTicketLifeS);
    EXPECT_TRUE(visit(version, later.session).is_resumed);
    EXPECT_FALSE(visit(version, first.session).is_resumed) << "its key is forgotten";
  }
}

TEST(TicketKeys, OneKeySealsForTheLifeOfATicket) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(kTicketLifeS - 1);
  EXPECT_EQ(keys.current().name, first.name);
  clock.pass_s(1);
  EXPECT_NE(keys.current().name, first.name);
}

TEST(TicketKeys, ATicketIsGoodForItsWholeLife) {
  SetClock clock;
  TicketKeys keys(clock);
  keys.current();
  clock.pass_s(kTicketLifeS - 1);
  const TicketKey sealed_with = keys.current();  // the last moment of this key
  clock.pass_s(kTicketLifeS - 1);
  const auto found = keys.find(sealed_with.name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key.cipher, sealed_with.cipher);
  EXPECT_EQ(found->key.mac, sealed_with.mac);
  EXPECT_FALSE(found->is_current);
}

TEST(TicketKeys, AKeyIsForgottenAfterTwoLives) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(kTicketLifeS);
  keys.current();
  EXPECT_TRUE(keys.find(first.name));
  clock.pass_s(kTicketLifeS);
  EXPECT_FALSE(keys.find(first.name));
}

// Its successor was made late, because nobody came for nearly a life.
TEST(TicketKeys, ALateSuccessorDoesNotProlongAKey) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(2 * kTicketLifeS - 1);
  keys.current();
  EXPECT_TRUE(keys.find(first.name));
  clock.pass_s(1);
  EXPECT_FALSE(keys.find(first.name)) << "two lives old";
}

TEST(TicketKeys, AfterALongRestNoOldKeyIsKept) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(3 * kTicketLifeS);
  EXPECT_FALSE(keys.find(first.name));
}

TEST(TicketKeys, AStrangersNameFindsNothing) {
  SetClock clock;
  TicketKeys keys(clock);
  keys.current();
  EXPECT_FALSE(keys.find({1, 2, 3}));
}

}  // namespace
}  // namespace footfall::tls
