// The guard byte by byte: what it refuses and why, and that no way of cutting a request into reads changes its verdict.
#include "proto/http/guard.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "proto/http/parser.h"

namespace footfall::http {
namespace {

constexpr HeadLimits kLimits{1024, 256, 8};

struct Verdict {
  int status = 0;  // 0: passed
  std::string reason;
  std::size_t head_bytes = 0;
  bool incomplete = false;
  bool operator==(const Verdict&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Verdict& verdict) {
  return out << verdict.status << " " << verdict.reason << " head " << verdict.head_bytes
             << (verdict.incomplete ? " incomplete" : "");
}

Verdict judge(const HeadScan& scan, HeadScan::State state, std::string_view bytes) {
  if (state == HeadScan::State::refused) return {scan.refusal().status, std::string(scan.refusal().reason), 0, false};
  if (state == HeadScan::State::more) return {0, {}, 0, true};
  Head head;
  const Refusal refusal = parse_head(bytes.substr(0, scan.head_bytes()), head);
  return {refusal.status, std::string(refusal.reason), scan.head_bytes(), false};
}

Verdict judge_whole(std::string_view bytes, const HeadLimits& limits = kLimits) {
  HeadScan scan;
  const auto state = scan.advance(bytes, limits);
  return judge(scan, state, bytes);
}

// The same bytes in reads that end at each of `cuts`.
Verdict judge_in_parts(std::string_view bytes, const std::vector<std::size_t>& cuts, const HeadLimits& limits) {
  HeadScan scan;
  auto state = HeadScan::State::more;
  for (std::size_t cut : cuts) {
    const std::string copy(bytes.substr(0, cut));  // its end is the end of memory, for the sanitizers
    state = scan.advance(copy, limits);
    if (state != HeadScan::State::more) return judge(scan, state, bytes);
  }
  return judge(scan, state, bytes);
}

int status_of(std::string_view bytes) { return judge_whole(bytes).status; }
std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a.example\r\n" + std::string(fields) + "\r\n";
}
std::string line(std::string_view request_line) { return std::string(request_line) + "\r\nHost: a.example\r\n\r\n"; }

TEST(Guard, LetsOrdinaryRequestsPass) {
  EXPECT_EQ(status_of(get("")), 0);
  EXPECT_EQ(status_of(get("Accept: */*\r\nX-Empty:\r\nX-Obs: caf\xc3\xa9\ttab\r\n")), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(status_of(line("POST /a/b;c=d/@:!$&'()*+,=~-._?x=/?&y=%zz% HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("OPTIONS * HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("GET http://a.example HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("GET https://A.example/x?y HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("GET HTTP://a.example/x HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("GET http://a.example?x HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("GET http://a.example:80/ HTTP/1.1")), 0);
  EXPECT_EQ(status_of(line("GET https://a.example:443/ HTTP/1.1")), 0);
  EXPECT_EQ(status_of(get("Content-Length: 0\r\n")), 0);
  EXPECT_EQ(status_of(get("Content-Length:9999999999\r\n")), 0);
  EXPECT_EQ(status_of(get("Transfer-Encoding: chunked\r\n")), 0);
  EXPECT_EQ(status_of(get("Expect: 100-Continue\r\n")), 0);
}

TEST(Guard, RefusesRequestLines) {  // G-7, G-9
  for (const char* bad : {"GET  / HTTP/1.1",
                          "GET / HTTP/1.1 ",
                          " GET / HTTP/1.1",
                          "GET\t/ HTTP/1.1",
                          "GET /",
                          "GET",
                          "GET / HTTP/1",
                          "GET / HTTP/01.1",
                          "GET / http/1.1",
                          "GET / HTTP/ 1.1",
                          "GET / HTTP/1.11",
                          "GET /pa th HTTP/1.1",
                          "GET HTTP/1.1",
                          "G@T / HTTP/1.1",
                          "(GET) / HTTP/1.1",
                          "GET * HTTP/1.1",
                          "GET a.example HTTP/1.1",
                          "GET //x HTTP/1.1x",
                          "GET ftp://a.example/ HTTP/1.1",
                          "GET http:///x HTTP/1.1",
                          "GET http://u@a.example/ HTTP/1.1",
                          "GET http://b.example/ HTTP/1.1",
                          "GET http:a.example/ HTTP/1.1",
                          "GET http://a.example:81/ HTTP/1.1",
                          "GET https://a.example:80/ HTTP/1.1",
                          "AAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1"}) {
    EXPECT_EQ(status_of(line(bad)), 400) << bad;
  }
  for (char bad : std::string("\"<>\\^`{|}#\xc3\x80\xff")) {
    EXPECT_EQ(status_of(line(std::string("GET /a") + bad + " HTTP/1.1")), 400) << bad;
    const int in_query = bad == '#' ? 400 : 0;
    EXPECT_EQ(status_of(line(std::string("GET /a?b=") + bad + " HTTP/1.1")), in_query) << bad;
  }
  EXPECT_EQ(status_of(line("GET /a?b={c}&d[]=1|2?#f HTTP/1.1")), 400);
  for (const char bad : std::string("\t\x7f\x01")) {
    EXPECT_EQ(status_of(line(std::string("GET /a?b=") + bad + " HTTP/1.1")), 400) << int{bad};
  }
  for (const char* bad : {"/%", "/%4", "/%zz", "/%00", "/a%0d%0aX:y", "/%1F", "/%7f"}) {
    EXPECT_EQ(status_of(line("GET " + std::string(bad) + " HTTP/1.1")), 400) << bad;
  }
  for (const char* version : {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9"}) {
    EXPECT_EQ(status_of(line("GET / " + std::string(version))), 505) << version;
  }
  for (const char* method : {"FOO", "get", "PROPFIND", "PRI", "M-SEARCH"}) {
    EXPECT_EQ(status_of(line(std::string(method) + " / HTTP/1.1")), 501) << method;
  }
  EXPECT_EQ(status_of(line("TRACE / HTTP/1.1")), 405);
  EXPECT_EQ(status_of(line("CONNECT a.example:443 HTTP/1.1")), 405);
}

TEST(Guard, RefusesLinesThatAreNotLines) {  // G-6
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\rHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"), 400);
  EXPECT_EQ(status_of("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("   \r\n\r\n"), 400);
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\t') continue;
    EXPECT_EQ(status_of(get("X: a" + std::string(1, static_cast<char>(c)) + "b\r\n")), 400) << c;
  }
  EXPECT_EQ(status_of(get("X: a\x7f\r\n")), 400);
}

TEST(Guard, RefusesFields) {  // G-3, G-6
  for (const char* bad :
       {"X-A: b\r\n folded\r\n", "X-A: b\r\n\tfolded\r\n", "X-A:\r\n b\r\n", "X-A : b\r\n", "X-A\t: b\r\n", ": b\r\n",
        "No-Colon\r\n", "X[A: b\r\n", "X\xc3\xab: b\r\n", "X A: b\r\n", "Connection: clo se;\r\n",
        "Content-Type: a/b\r\nContent-Type: c/d\r\n", "Content_Length: 5\r\n", "TRANSFER_encoding: chunked\r\n"}) {
    EXPECT_EQ(status_of(get(bad)), 400) << bad;
  }
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400);
}

TEST(Guard, RefusesHosts) {  // G-5
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of(get("Host: a.example\r\n")), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  for (const char* bad : {"",        "u@a",     "a/b",         "a, b",
                          "a b",     "a:",      "a:x",         "a:123456",
                          "a:65536", "a:99999", "[::1]:70000", ":80",
                          "[::1",    "[zz]",    "[]",          "[1.2.3.4]",
                          "a%00",    "a?b",     "a#b",         "\xc3\xa9.example"}) {
    const bool port_may_be_empty = std::string_view(bad) == "a:";  // RFC 3986: port = *DIGIT
    const std::string bytes = "GET / HTTP/1.1\r\nHost: " + std::string(bad) + "\r\n\r\n";
    EXPECT_EQ(status_of(bytes), port_may_be_empty ? 0 : 400) << bad;
  }
  for (const char* good :
       {"a", "a.b-c_d.example", "A.EXAMPLE:8080", "1.2.3.4:80", "a:65535", "a:0", "[::1]", "[2001:db8::1]:443"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(good) + "\r\n\r\n"), 0) << good;
  }
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(255, 'a') + "\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(256, 'a') + "\r\n\r\n"), 400);
}

TEST(Guard, RefusesFraming) {  // G-1, G-2, G-3, G-11
  for (const char* bad :
       {"", " ", "+5", "-1", "-0", "0x5", "5 5", "5,5", "5, 5", "1_0", "05", "00", "5x", "abc", "99999999999", "0o5"}) {
    EXPECT_EQ(status_of(get("Content-Length: " + std::string(bad) + "\r\n")), 400) << bad;
  }
  for (const char* loose : {"Content-Length:  5\r\n", "Content-Length: 5 \r\n", "Content-Length:\t5\r\n",
                            "Transfer-Encoding:  chunked\r\n", "Transfer-Encoding: chunked \r\n"}) {
    EXPECT_EQ(status_of(get(loose)), 400) << loose;
  }
  EXPECT_EQ(status_of(get("Content-Length: 5\r\nContent-Length: 5\r\n")), 400);
  EXPECT_EQ(status_of(get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(status_of(get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), 400);
  EXPECT_EQ(status_of(get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
  for (const char* bad : {"", "chunked, chunked", "gzip, chunked", "chunked, gzip", ", chunked", "chunked,", "Chunked",
                          "\"chunked\"", "chunked;a=b"}) {
    EXPECT_EQ(status_of(get("Transfer-Encoding: " + std::string(bad) + "\r\n")), 400) << bad;
  }
  for (const char* unknown : {"gzip", "identity", "xchunked", "blegh"}) {
    EXPECT_EQ(status_of(get("Transfer-Encoding: " + std::string(unknown) + "\r\n")), 501) << unknown;
  }
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_of(get("Expect: 200-ok\r\n")), 417);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"), 417);
}

TEST(Guard, RefusesEncodedBodies) {  // G-20
  for (const char* coding : {"gzip", "br", "identity, gzip", "x-unheard-of", "deflate,"}) {
    const std::string field = "Content-Encoding: " + std::string(coding) + "\r\n";
    EXPECT_EQ(status_of(get(field + "Content-Length: 5\r\n")), 415) << coding;
    EXPECT_EQ(status_of(get(field + "Transfer-Encoding: chunked\r\n")), 415) << coding;
    EXPECT_EQ(status_of(get(field)), 0) << "there is no body: " << coding;
  }
  EXPECT_EQ(status_of(get("Content-Encoding: \r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n")), 415);
  EXPECT_NE(judge_whole(get("Content-Encoding: gzip\r\nContent-Length: 5\r\n")).reason.find("Content-Encoding"),
            std::string::npos);
  for (const char* plain : {"", "identity", "Identity", "identity, ,identity"}) {
    EXPECT_EQ(status_of(get("Content-Encoding: " + std::string(plain) + "\r\nContent-Length: 5\r\n")), 0) << plain;
  }
}

TEST(Guard, SkipsEmptyLinesToABound) {  // G-19
  int left = kEmptyLinesMax;
  EXPECT_EQ(skip_empty_lines("\r\nGET", left), 2u);
  EXPECT_EQ(left, kEmptyLinesMax - 1);
  EXPECT_EQ(skip_empty_lines("\r\n\r\n\r\n\r\n\r\n", left), 6u) << "the fourth in all is the last";
  EXPECT_EQ(left, 0);
  left = kEmptyLinesMax;
  for (const char* other : {"", "\r", "\n", "\rG", "GET", " \r\n"})
    EXPECT_EQ(skip_empty_lines(other, left), 0u) << other;
  EXPECT_EQ(left, kEmptyLinesMax);
}

// Each control character at each place of a long line, so that every way through a block of bytes is taken.
TEST(Guard, FindsControlCharactersWhereverTheyStand) {
  for (std::size_t at = 0; at < 40; ++at) {
    for (unsigned c = 0; c < 256; ++c) {
      std::string value(40, 'x');
      value[at] = static_cast<char>(c);
      const bool is_allowed = (c >= 0x20 && c != 0x7f) || c == '\t';
      EXPECT_EQ(status_of(get("X: " + value + "\r\n")), is_allowed ? 0 : 400) << at << " " << c;
    }
  }
}

TEST(Guard, LimitsToTheByte) {  // G-10
  auto target_of = [](std::size_t bytes) { return line("GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1"); };
  EXPECT_EQ(status_of(target_of(256)), 0);
  EXPECT_EQ(status_of(target_of(257)), 414);
  EXPECT_EQ(status_of(target_of(5'000)), 414);
  EXPECT_EQ(status_of(std::string(5'000, 'A')), 400);  // no method is that long
  auto head_of = [](std::size_t bytes) {
    const std::string rest = get("X: \r\n");
    return get("X: " + std::string(bytes - rest.size(), 'x') + "\r\n");
  };
  EXPECT_EQ(status_of(head_of(1024)), 0);
  EXPECT_EQ(status_of(head_of(1025)), 431);
  EXPECT_EQ(status_of(head_of(100'000)), 431);
  std::string fields;
  for (int i = 0; i < 7; ++i) fields += "X: y\r\n";
  EXPECT_EQ(status_of(get(fields)), 0);
  EXPECT_EQ(status_of(get(fields + "X: y\r\n")), 431);
}

TEST(Guard, NoSplitChangesTheVerdict) {
  const std::vector<std::string> corpus = {get("Accept: */*\r\nContent-Length: 3\r\n") + "abc",
                                           get("X: \x01\r\n"),
                                           get("A : b\r\n"),
                                           get(" a: b\r\n"),
                                           "GET / HTTP/1.1\nHost: a\r\n\r\n",
                                           "GET / HTTP/1.1\rX\r\n\r\n",
                                           "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
                                           line("GET /" + std::string(255, 'a') + " HTTP/1.1"),
                                           line("GET /" + std::string(256, 'a') + " HTTP/1.1"),
                                           line("GET /" + std::string(400, 'a') + "\x01 HTTP/1.1"),
                                           get("X: " + std::string(2'000, 'x') + "\x01\r\n"),
                                           get("X: " + std::string(970, 'x') + "\r\n"),
                                           get("X: " + std::string(971, 'x') + "\r\n"),
                                           get("Host: b\r\n"),
                                           get("Transfer-Encoding: gzip\r\n"),
                                           "FOO / HTTP/1.1\r\n\r\n",
                                           std::string(3'000, 'A'),
                                           "GET / HTTP/1.1\r\nHost: a\r\n",
                                           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
  for (const std::string& bytes : corpus) {
    const Verdict whole = judge_whole(bytes);
    std::vector<std::size_t> each_byte;
    for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
      each_byte.push_back(cut);
      EXPECT_EQ(judge_in_parts(bytes, {cut, bytes.size()}, kLimits), whole) << bytes << " cut at " << cut;
    }
    EXPECT_EQ(judge_in_parts(bytes, each_byte, kLimits), whole) << bytes << " byte by byte";
  }
}

TEST(Guard, WhatWasUnderstoodBeforeARefusalIsKept) {
  const std::string bytes = "POST /v1/clicks?x=1 HTTP/1.1\r\nHost: C.example:8080\r\nBad : x\r\n\r\n";
  HeadScan scan;
  ASSERT_EQ(scan.advance(bytes, kLimits), HeadScan::State::refused);
  Head head;
  parse_partial_head(std::string_view(bytes).substr(0, scan.good_bytes()), head);
  EXPECT_EQ(head.request.host, "c.example");
  EXPECT_EQ(head.request.host_header, "C.example:8080");
  EXPECT_EQ(head.request.method, Method::post);
  EXPECT_EQ(head.request.path, "/v1/clicks");
  EXPECT_EQ(head.request.query, "x=1");
}

TEST(Parser, FillsTheRequest) {
  const std::string bytes =
      "PATCH http://A.example/p?q=1?2 HTTP/1.1\r\nhOST: a.EXAMPLE\r\nX-One:  two words \t\r\nX-None:\r\n"
      "Connection: Keep-Alive, close\r\nContent-Length: 12\r\n\r\n";
  Head head;
  ASSERT_FALSE(parse_head(bytes, head));
  const Request& request = head.request;
  EXPECT_EQ(request.method, Method::patch);
  EXPECT_EQ(request.target, "/p?q=1?2");
  EXPECT_EQ(request.path, "/p");
  EXPECT_EQ(request.query, "q=1?2");
  EXPECT_EQ(request.host, "a.example");
  EXPECT_EQ(request.field("x-one"), "two words");
  EXPECT_TRUE(request.has_field("X-NONE"));
  EXPECT_FALSE(request.has_field("X-Other"));
  EXPECT_FALSE(head.keep_alive);
  EXPECT_EQ(head.content_length, 12);
  EXPECT_EQ(request.fields.size(), 5u);
  ASSERT_FALSE(parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", head));
  EXPECT_TRUE(head.keep_alive);
  EXPECT_TRUE(head.request.http_1_0);
  EXPECT_TRUE(head.request.host.empty());
}

TEST(Parser, AnAbsoluteTargetMayLeaveOutThePath) {
  const std::string bytes = "GET HTTP://a.example:80?x=1 HTTP/1.1\r\nHost: A.example\r\n\r\n";
  Head head;
  ASSERT_FALSE(parse_head(bytes, head));
  EXPECT_EQ(head.request.target, "/?x=1");
  EXPECT_EQ(head.request.path, "/");
  EXPECT_EQ(head.request.query, "x=1");
}

TEST(Parser, TheRootsDotIsNotPartOfTheHost) {
  const std::pair<const char*, const char*> hosts[] = {{"c.example.", "c.example"},    {"C.example.:8080", "c.example"},
                                                       {"c.example..", "c.example."},  {".", "."},
                                                       {"127.0.0.1.:80", "127.0.0.1"}, {"[::1]:80", "[::1]"}};
  Head head;
  for (const auto& [sent, host] : hosts) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: " + std::string(sent) + "\r\n\r\n";
    ASSERT_FALSE(parse_head(bytes, head)) << sent;
    EXPECT_EQ(head.request.host, host);
    EXPECT_EQ(head.request.host_header, sent);
  }
}

TEST(Address, ParsesAndSpells) {
  EXPECT_EQ(parse_address("1.2.3.4").text(), "1.2.3.4");
  EXPECT_EQ(parse_address("::ffff:1.2.3.4").text(), "1.2.3.4");
  EXPECT_EQ(parse_address("[2001:DB8::1]").text(), "2001:db8::1");
  for (const char* bad : {"", "1.2.3", "1.2.3.4:80", "[1.2.3.4]", "[::1", "::1]", "x", "1.2.3.4 "}) {
    EXPECT_EQ(parse_address(bad).size, 0) << bad;
  }
  EXPECT_TRUE(parse_address("127.8.8.8").is_loopback());
  EXPECT_TRUE(parse_address("::1").is_loopback());
  EXPECT_FALSE(parse_address("128.0.0.1").is_loopback());
  EXPECT_FALSE(parse_address("::2").is_loopback());
  EXPECT_FALSE(Address{}.is_loopback());
}

}  // namespace
}  // namespace footfall::http
