// llhttp's messages (MIT) that its strict mode refuses: none of them may get a 2xx from us, nor what follows them. Ten
// of the 63 are not errors but pauses (CONNECT, Upgrade, HTTP/2's preface).
#include <gtest/gtest.h>

#include "tests/proto/http/raw_client.h"
#include "tests/proto/http/test_server.h"
#include "tests/proto/http/vectors.h"

namespace footfall::http {
namespace {

namespace json = boost::json;

constexpr int kPatienceMs = 300;

TEST(Llhttp, NoErrorIsAnsweredAsIfItWereNone) {
  const auto vectors = read_vectors("llhttp/llhttp_cases.json");
  if (!vectors) GTEST_SKIP() << kNoVectors;
  Metrics metrics;
  ScriptHandler handler;  // 200 to whatever reaches it
  RunningServer server(local_options(), handler, metrics);
  int errors = 0;
  for (const json::value& test : vectors->as_object().at("cases").as_array()) {
    const std::string error = text_of(test, "llhttp_strict_error");
    if (text_of(test, "type") != "request" || error.empty()) continue;
    const bool is_pause = error.find("Pause") != std::string::npos || error.find("pause") != std::string::npos;
    if (is_pause) continue;
    ++errors;
    RawClient client(server.port());
    client.send(decode_base64(text_of(test, "payload_b64")));
    client.finish_sending();
    int good = 0;
    while (const auto answer = client.read_answer(kPatienceMs)) good += answer->status / 100 == 2 ? 1 : 0;
    // One message is good, and what follows its "Connection: close" is the error: we do not read it (RFC 9112 9.6).
    const int good_before = error == "Data after `Connection: close`" ? 1 : 0;
    EXPECT_EQ(good, good_before) << text_of(test, "file") << ": " << text_of(test, "title") << ": " << error;
  }
  EXPECT_EQ(errors, 53);
}

}  // namespace
}  // namespace footfall::http
