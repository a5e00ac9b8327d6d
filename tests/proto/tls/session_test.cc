#include "proto/tls/session.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "proto/tls/certificates.h"
#include "tests/proto/tls/test_certificates.h"
#include "tests/proto/tls/test_client.h"

namespace footfall::tls {
namespace {

using Outcome = Session::Outcome;

class SessionTest : public testing::Test {
 protected:
  void SetUp() override {
    folders_ = {folder_.certificate("first", {"first.example"}), folder_.certificate("second", {"second.example"})};
    load();
  }
  void load(Version minimum = Version::tls_1_2) { ASSERT_TRUE(store_.load(folders_, minimum)); }
  // The certificate's name that a client sees; empty: no handshake.
  std::string shown_to(const ClientOptions& options) {
    TestClient client(options);
    Session server(store_.current());
    std::string plain;
    exchange(client, server, plain);
    return server.is_handshaking() || client.has_failed() ? "" : client.common_name();
  }

  TestFolder folder_;
  std::vector<std::string> folders_;
  CertificateStore store_{system_clock()};
};

TEST_F(SessionTest, CarriesBytesBothWays) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      TestClient client({.host = "first.example", .version = version});
      Session server(store_.current());
      std::string plain;
      exchange(client, server, plain, piece);
      ASSERT_FALSE(server.is_handshaking());
      const std::string request(40'000, 'q');
      client.write(request);
      EXPECT_EQ(exchange(client, server, plain, piece), Outcome::more);
      EXPECT_EQ(plain, request);
      std::string out;
      const std::string answer(50'000, 'a');
      ASSERT_TRUE(server.write(answer, out));
      EXPECT_EQ(out.find("aaaa"), std::string::npos);
      client.feed(out);
      EXPECT_EQ(client.read(), answer);
    }
  }
}

TEST_F(SessionTest, TheNameThatAClientAsksForChoosesTheCertificate) {
  EXPECT_EQ(shown_to({.host = "first.example"}), "first");
  EXPECT_EQ(shown_to({.host = "SECOND.example"}), "second");
  EXPECT_EQ(shown_to({.host = "unknown.example"}), "first");
  EXPECT_EQ(shown_to({}), "first");
  EXPECT_EQ(shown_to({.host = "second.example", .version = TLS1_2_VERSION}), "second");
}

TEST_F(SessionTest, OldVersionsAreRefused) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) EXPECT_EQ(shown_to({.version = version}), "");
  load(Version::tls_1_3);
  EXPECT_EQ(shown_to({.version = TLS1_2_VERSION}), "");
  EXPECT_EQ(shown_to({.version = TLS1_3_VERSION}), "first");
}

TEST_F(SessionTest, SpeaksHttp11Only) {
  using namespace std::string_literals;
  TestClient both({.protocols = "\x02h2\x08http/1.1"s});
  Session server(store_.current());
  std::string plain;
  exchange(both, server, plain);
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.get(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  EXPECT_EQ(shown_to({.protocols = "\x02h2"s}), "") << "it would not understand our answers";
}

TEST_F(SessionTest, ATicketResumes) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    std::string plain;
    TestClient first({.host = "second.example", .version = version});
    Session server(store_.current());
    exchange(first, server, plain);
    first.read();  // the ticket comes after the handshake
    EXPECT_FALSE(server.is_resumed());
    SSL_SESSION* const session = first.session();
    load();  // a renewed set of certificates keeps the keys of tickets
    TestClient again({.host = "second.example", .version = version, .resume = session});
    Session other_server(store_.current());
    exchange(again, other_server, plain);
    EXPECT_TRUE(other_server.is_resumed());
    EXPECT_TRUE(again.is_resumed());
    // Another process, or this one long after, has other keys: the handshake is a full one and succeeds.
    CertificateStore elsewhere(system_clock());
    ASSERT_TRUE(elsewhere.load(folders_, Version::tls_1_2));
    TestClient moved({.host = "second.example", .version = version, .resume = session});
    Session third(elsewhere.current());
    exchange(moved, third, plain);
    EXPECT_FALSE(third.is_handshaking());
    EXPECT_FALSE(third.is_resumed());
    SSL_SESSION_free(session);
  }
}

TEST_F(SessionTest, NoEarlyDataIsOffered) {
  std::string plain;
  TestClient client({});
  Session server(store_.current());
  exchange(client, server, plain);
  client.read();
  SSL_SESSION* const session = client.session();
  EXPECT_EQ(SSL_SESSION_get_max_early_data(session), 0u);
  SSL_SESSION_free(session);
}

TEST_F(SessionTest, RenegotiationIsRefused) {
  std::string plain;
  TestClient client({.version = TLS1_2_VERSION});
  Session server(store_.current());
  exchange(client, server, plain);
  SSL_renegotiate(client.get());
  exchange(client, server, plain);
  EXPECT_TRUE(client.has_failed()) << "OpenSSL's client gives up when its wish is refused";
}

TEST_F(SessionTest, EachSideSaysThatItEnds) {
  std::string plain;
  TestClient client({});
  Session server(store_.current());
  exchange(client, server, plain);
  std::string out;
  ASSERT_TRUE(server.write("last", out));
  server.end(out);
  const std::size_t size = out.size();
  server.end(out);
  EXPECT_EQ(out.size(), size) << "said once";
  client.feed(out);
  EXPECT_EQ(client.read(), "last");
  EXPECT_TRUE(client.is_closed());
  client.end();
  EXPECT_EQ(exchange(client, server, plain), Outcome::closed);
}

TEST_F(SessionTest, NonsenseIsAnsweredWithAnAlert) {
  Session server(store_.current());
  std::string_view received = "GET / HTTP/1.1\r\nHost: first.example\r\n\r\n";
  std::string out;
  char plain[1024];
  EXPECT_EQ(server.read(received, plain, sizeof plain, out).outcome, Outcome::failed);
  EXPECT_TRUE(server.is_handshaking());
  server.end(out);  // nothing to end
  Session second(store_.current());
  received = std::string_view("\x16\x03\x01\x00\x05hello", 10);  // a record with a message that is none
  out.clear();
  EXPECT_EQ(second.read(received, plain, sizeof plain, out).outcome, Outcome::failed);
  ASSERT_FALSE(out.empty());
  EXPECT_EQ(out[0], '\x15') << "an alert record";
}

TEST_F(SessionTest, AKeyUpdateInPieces) {
  std::string plain;
  TestClient client({});
  Session server(store_.current());
  exchange(client, server, plain);
  SSL_key_update(client.get(), SSL_KEY_UPDATE_REQUESTED);
  client.write("after");
  EXPECT_EQ(exchange(client, server, plain, 1), Outcome::more);
  EXPECT_EQ(plain, "after");
  std::string out;
  EXPECT_TRUE(server.write("answer", out));
  client.feed(out);
  EXPECT_EQ(client.read(), "answer");
}

// Nothing of it is kept: it has to come again with what follows it.
TEST_F(SessionTest, APartOfARecordIsLeftToTheCaller) {
  std::string plain;
  TestClient client({});
  Session server(store_.current());
  exchange(client, server, plain);
  client.write("first");
  client.write(std::string(10'000, 's'));
  const std::string sent = client.take_output();
  std::string out;
  char bytes[16 * 1024];
  std::string_view received = std::string_view(sent).substr(0, sent.size() - 1);
  EXPECT_EQ(server.read(received, bytes, sizeof bytes, out).bytes, 5u);
  EXPECT_EQ(server.read(received, bytes, sizeof bytes, out).outcome, Outcome::more);
  EXPECT_GT(received.size(), 10'000u);
  received = std::string_view(sent).substr(sent.size() - 1 - received.size());
  EXPECT_EQ(server.read(received, bytes, sizeof bytes, out).bytes, 10'000u);
  EXPECT_TRUE(received.empty());
}

// A record of the handshake, with a message or a part of one.
std::string handshake_record(std::string_view message) {
  std::string record("\x16\x03\x01", 3);
  record += static_cast<char>(message.size() >> 8);
  record += static_cast<char>(message.size() & 0xff);
  return record.append(message);
}

TEST_F(SessionTest, AHelloLongerThanAnyClientsIsRefusedByItsFirstBytes) {  // G-21
  using namespace std::string_literals;
  const std::string announced = "\x01\x01\xff\xb8\x03\x03"s;  // 131,000 bytes
  const auto read = [this](const std::string& bytes, std::string& out) {
    Session server(store_.current());
    std::string_view received = bytes;
    char plain[1024];
    return server.read(received, plain, sizeof plain, out).outcome;
  };
  std::string out;
  EXPECT_EQ(read(handshake_record(announced), out), Outcome::failed);
  EXPECT_EQ(out, "\x15\x03\x03\x00\x02\x02\x32"s) << "an alert";
  std::string in_pieces;
  for (const char byte : announced) in_pieces += handshake_record({&byte, 1});
  EXPECT_EQ(read(in_pieces, out), Outcome::failed);
  EXPECT_EQ(read(handshake_record("\x01\x00\x3f\xfc\x03\x03"s), out), Outcome::more) << "16 KiB may come";
}

// After a HelloRetryRequest comes a second hello, with a ChangeCipherSpec in front of it.
TEST_F(SessionTest, ASecondHelloIsNoLongerThanTheFirst) {
  using namespace std::string_literals;
  TestClient client({});
  ASSERT_EQ(SSL_set1_groups_list(client.get(), "P-521:P-256"), 1);  // it sends a share of the first, which we have not
  Session server(store_.current());
  client.handshake();
  const std::string hello = client.take_output();
  std::string_view received = hello;
  std::string out;
  char plain[1024];
  ASSERT_EQ(server.read(received, plain, sizeof plain, out).outcome, Outcome::more);
  ASSERT_FALSE(out.empty());
  const std::string second = "\x14\x03\x03\x00\x01\x01"s + handshake_record("\x01\x01\xff\xb8\x03\x03"s);
  received = second;
  EXPECT_EQ(server.read(received, plain, sizeof plain, out).outcome, Outcome::failed);
  // Who sends the second hello that was asked for is served.
  Session again(store_.current());
  TestClient other({});
  SSL_set1_groups_list(other.get(), "P-521:P-256");
  std::string text;
  exchange(other, again, text);
  EXPECT_FALSE(again.is_handshaking());
}

TEST_F(SessionTest, HelloInManyRecordsIsUnderstood) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TestClient client({.version = version});
    Session server(store_.current());
    client.handshake();
    const std::string hello = client.take_output();
    std::string in_pieces;
    for (const char byte : hello.substr(5)) in_pieces += handshake_record({&byte, 1});
    std::string_view received = in_pieces;
    std::string out;
    char plain[1024];
    ASSERT_EQ(server.read(received, plain, sizeof plain, out).outcome, Outcome::more);
    client.feed(out);
    std::string text;
    exchange(client, server, text);
    EXPECT_FALSE(server.is_handshaking()) << version;
  }
}

TEST_F(SessionTest, WhatIsNoRecordIsRefusedByItsFirstBytes) {
  using namespace std::string_literals;
  for (const std::string& bytes : {"G"s, "\x80\x2e\x01"s, "\x16\x03\x01\x48\x01"s, "\x15\x03\x03\xff\xff"s}) {
    Session server(store_.current());
    std::string_view received = bytes;
    std::string out;
    char plain[1024];
    EXPECT_EQ(server.read(received, plain, sizeof plain, out).outcome, Outcome::failed);
    EXPECT_FALSE(out.empty());
  }
}

// TLS 1.3 allows it, but nobody has a reason to send a message of five bytes in two records, and OpenSSL keeps 16 KiB
// while it waits for the second.
TEST_F(SessionTest, HalfAMessageAboutTheSessionEndsIt) {
  using namespace std::string_literals;
  for (const auto& [message, outcome] :
       {std::pair("\x18\x00\x00\x01\x00"s, Outcome::more), std::pair("\x18\x00\x00\x01"s, Outcome::failed)}) {
    std::string plain;
    TestClient client({});
    Session server(store_.current());
    exchange(client, server, plain);
    const std::string record = client.seal_first_record(message, '\x16');
    std::string_view received = record;
    std::string out;
    char bytes[1024];
    EXPECT_EQ(server.read(received, bytes, sizeof bytes, out).outcome, outcome);
  }
}

TEST_F(SessionTest, SessionsOutliveTheSetTheyBeganWith) {
  std::string plain;
  TestClient client({.host = "second.example"});
  auto server = std::make_unique<Session>(store_.current());
  folders_.pop_back();
  load();
  exchange(client, *server, plain);
  EXPECT_EQ(client.common_name(), "second");
}

}  // namespace
}  // namespace footfall::tls
