// Http11Probe's scored requests (MIT) against the echo handler behind our server. Its verdict on each must be Pass, but
// for the list below: every entry was judged once, and a case that is neither a Pass nor listed fails this test, as
// does an entry that has become a Pass. (The unscored ones ask for tastes, or for an origin server's capabilities.)
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "tests/proto/http/echo_handler.h"
#include "tests/proto/http/raw_client.h"
#include "tests/proto/http/test_server.h"
#include "tests/proto/http/vectors.h"

namespace footfall::http {
namespace {

namespace json = boost::json;

enum class Verdict { pass, warn, fail };

struct Adjudicated {
  Verdict verdict;
  const char* reason;
};

const std::map<std::string, Adjudicated>& adjudicated() {
  static const std::map<std::string, Adjudicated> kList = {
      {"COMP-CHUNKED-TRAILER-VALID",
       {Verdict::fail,
        "trailers are refused altogether (GUARD.md G-4): they carry framing fields past filters, have no bound of "
        "their own, and no client of the four APIs sends any"}},
      {"COMP-CHUNKED-EXTENSION",
       {Verdict::warn, "chunk extensions are refused altogether: nobody uses them, and parsers disagree on them"}},
      {"COMP-LEADING-CRLF",
       {Verdict::warn, "RFC 9112 2.2 asks servers to skip an empty line in front of a request line, and so we do"}},
      {"COMP-UPGRADE-INVALID-VER",
       {Verdict::warn, "an Upgrade is ignored, as RFC 9110 7.8 allows; only a WebSocket server could answer 426"}},
  };
  return kList;
}

struct Outcome {
  std::optional<RawAnswer> answer;
  bool closed = false;  // after the answer, or instead of one
  std::string rest;     // bytes after the first answer
};

std::string key_of(const Outcome& outcome) {
  if (outcome.answer) return std::to_string(outcome.answer->status);
  return outcome.closed ? "no-response/ClosedByServer" : "no-response/TimedOut";
}

// Long enough for the server to answer and, where it does not, shorter than its own patience.
constexpr int kPatienceMs = 400;

Outcome say(RawClient& client, const std::string& payload, bool head_only) {
  Outcome outcome;
  client.send(payload);
  outcome.answer = client.read_answer(kPatienceMs, head_only);
  RawClient::End end;
  outcome.rest = client.read_all(outcome.answer ? 50 : 1, &end);
  outcome.closed = end != RawClient::End::timed_out;
  return outcome;
}

bool is_2xx(const Outcome& outcome) {
  return outcome.answer && outcome.answer->status >= 200 && outcome.answer->status < 300;
}

Verdict pass_if(bool good) { return good ? Verdict::pass : Verdict::fail; }

// Cases that the suite judges by more than the status; the words are those of its `expected`.
std::optional<Verdict> judge_by_content(const std::string& id, const Outcome& outcome) {
  static const std::map<std::string, std::string> kEchoes = {{"COMP-POST-CL-BODY", "hello"},
                                                             {"COMP-CHUNKED-BODY", "hello"},
                                                             {"COMP-CHUNKED-MULTI", "hello world"},
                                                             {"COMP-CHUNKED-TRAILER-VALID", "hello"},
                                                             {"COMP-CHUNKED-HEX-UPPERCASE", "helloworld"}};
  static const std::map<std::string, const char*> kFields = {{"COMP-405-ALLOW", "Allow"},
                                                             {"COMP-DATE-HEADER", "Date"},
                                                             {"COMP-OPTIONS-ALLOW", "Allow"},
                                                             {"COMP-CONTENT-TYPE", "Content-Type"}};
  if (const auto echo = kEchoes.find(id); echo != kEchoes.end()) {
    return pass_if(is_2xx(outcome) && outcome.answer->body == echo->second);
  }
  if (const auto field = kFields.find(id); field != kFields.end()) {
    const bool status = id == "COMP-405-ALLOW" ? outcome.answer && outcome.answer->status == 405 : is_2xx(outcome);
    return pass_if(status && !outcome.answer->field(field->second).empty());
  }
  if (id == "COMP-CONNECTION-CLOSE" || id == "COMP-HTTP10-DEFAULT-CLOSE") {
    return pass_if(is_2xx(outcome) && outcome.closed);
  }
  if (id == "COMP-NO-CL-IN-204") {
    return pass_if(outcome.answer && outcome.answer->status == 204 && outcome.answer->field("Content-Length").empty());
  }
  if (id == "COMP-HEAD-NO-BODY") return pass_if(is_2xx(outcome) && outcome.rest.empty());
  if (id.starts_with("NORM-")) {
    if (!outcome.answer) return pass_if(outcome.closed);
    if (outcome.answer->status >= 400) return Verdict::pass;
    return outcome.answer->body.find(": 99") == std::string::npos ? Verdict::pass : Verdict::warn;
  }
  return std::nullopt;
}

Verdict judge_single(const json::value& test, std::uint16_t port) {
  const std::string id = text_of(test, "id");
  RawClient client(port);
  const std::string payload = decode_base64(text_of(test, "payload_b64"));
  const Outcome outcome = say(client, payload, payload.starts_with("HEAD "));
  if (const auto verdict = judge_by_content(id, outcome)) return *verdict;
  const json::value* verdicts = test.as_object().if_contains("verdicts");
  if (verdicts == nullptr) return Verdict::fail;
  const std::string word = text_of(*verdicts, key_of(outcome).c_str());
  return word == "Pass" ? Verdict::pass : word == "Warn" ? Verdict::warn : Verdict::fail;
}

// The scored sequences all ask for the same: 400, or the connection closed; and no answer to what was smuggled.
Verdict judge_sequence(const json::value& test, std::uint16_t port) {
  std::string poison;
  if (const json::value* steps = test.as_object().if_contains("steps")) {
    poison = decode_base64(text_of(steps->as_array().front(), "payload_b64"));
  } else if (text_of(test, "id") == "SMUG-TECL-SMUGGLED-GET") {  // its payload did not survive the transcription
    const std::string smuggled = "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    char size[16];
    std::snprintf(size, sizeof size, "%zx", smuggled.size());
    poison = "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" +
             std::string(size) + "\r\n" + smuggled + "\r\n0\r\n\r\n";
  }
  RawClient client(port);
  const Outcome outcome = say(client, poison, false);
  const bool refused = outcome.answer && outcome.answer->status == 400;
  return pass_if(!poison.empty() && (refused || !outcome.answer) && outcome.closed && outcome.rest.empty());
}

TEST(Http11Probe, EveryScoredCasePassesOrIsAdjudicated) {
  const auto vectors = read_vectors("http11probe/http11probe.json");
  if (!vectors) GTEST_SKIP() << kNoVectors;
  Metrics metrics;
  EchoHandler handler;
  ServerOptions options = local_options();
  options.limits.body_bytes_max = 2'000'000'000;  // so that a huge length is waited for, as the suite wants it
  RunningServer server(options, handler, metrics);
  std::map<Verdict, int> counts;
  for (const json::value& test : vectors->as_object().at("cases").as_array()) {
    const std::string id = text_of(test, "id");
    if (!test.as_object().at("scored").as_bool()) continue;
    const bool is_sequence = text_of(test, "kind") == "sequence";
    const Verdict verdict = is_sequence ? judge_sequence(test, server.port()) : judge_single(test, server.port());
    ++counts[verdict];
    const auto listed = adjudicated().find(id);
    const Verdict expected = listed == adjudicated().end() ? Verdict::pass : listed->second.verdict;
    EXPECT_EQ(static_cast<int>(verdict), static_cast<int>(expected))
        << id << " (0 pass, 1 warn, 2 fail), wanted: " << text_of(test, "expected");
  }
  std::printf("%d pass, %d warn, %d fail\n", counts[Verdict::pass], counts[Verdict::warn], counts[Verdict::fail]);
  EXPECT_GE(counts[Verdict::pass], 135);
}

}  // namespace
}  // namespace footfall::http
