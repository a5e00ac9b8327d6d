// What a session holds in memory, as the allocator counts it: no more than proto/README.md reckons with.
#include <gtest/gtest.h>
#include <malloc.h>

#include <memory>
#include <vector>

#include "proto/tls/certificates.h"
#include "proto/tls/session.h"
#include "tests/proto/tls/test_certificates.h"
#include "tests/proto/tls/test_client.h"

namespace footfall::tls {
namespace {

constexpr std::size_t kSessions = 200;

std::size_t allocated() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

class SessionMemoryTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_.load({folder_.certificate("a", {"a.example"})}, Version::tls_1_2)); }
  // Bytes that each session holds after `begin` has brought it to where it stays; what the clients hold is not counted.
  template <typename Begin>
  std::size_t bytes_each(Begin begin) {
    std::vector<std::unique_ptr<Session>> sessions;
    for (int warm = 0; warm < 2; ++warm) {
      sessions.clear();
      const std::size_t before = allocated();
      for (std::size_t i = 0; i < kSessions; ++i) {
        sessions.push_back(std::make_unique<Session>(store_.current()));
        begin(*sessions.back());
      }
      if (warm == 1) return (allocated() - before) / kSessions;
    }
    return 0;
  }

  TestFolder folder_;
  CertificateStore store_{system_clock()};
};

TEST_F(SessionMemoryTest, IsWhatIsReckonedWith) {  // G-21
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::size_t idle = bytes_each([&](Session& session) {
      TestClient client({.host = "a.example", .version = version});
      std::string plain;
      exchange(client, session, plain);
      client.write("GET / HTTP/1.1");
      exchange(client, session, plain);
      std::string out;
      ASSERT_TRUE(session.write(std::string(20'000, 'a'), out));
    });
    const std::size_t without_a_finished = bytes_each([&](Session& session) {
      TestClient client({.host = "a.example", .version = version});
      client.handshake();
      const std::string hello = client.take_output();
      std::string_view received = hello;
      std::string out;
      char plain[1024];
      ASSERT_EQ(session.read(received, plain, sizeof plain, out).outcome, Session::Outcome::more);
      ASSERT_FALSE(out.empty());
    });
    const std::size_t half_a_hello = bytes_each([&](Session& session) {
      std::string record("\x16\x03\x01\x3f\xff\x01\x00\x3f\xfc", 9);
      record.resize(5 + 0x3fff, 'h');
      std::string_view received = record;
      std::string out;
      char plain[1024];
      ASSERT_EQ(session.read(received, plain, sizeof plain, out).outcome, Session::Outcome::more);
      ASSERT_TRUE(received.empty());
    });
    RecordProperty("idle_bytes", std::to_string(idle));
    RecordProperty("handshake_bytes", std::to_string(without_a_finished));
    RecordProperty("hello_bytes", std::to_string(half_a_hello));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their allocators count otherwise
    EXPECT_GT(idle, 1'000u) << "it is measured";
    EXPECT_LE(idle, kSessionBytesMax);
    EXPECT_LE(without_a_finished, kSessionBytesMax + kHandshakeBytesMax);
    EXPECT_LE(half_a_hello, kSessionBytesMax + kHandshakeBytesMax);
#endif
  }
}

}  // namespace
}  // namespace footfall::tls
