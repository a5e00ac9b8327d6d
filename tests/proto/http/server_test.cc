// The server over real sockets: requests, framing, refusals, keep-alive.
#include <memory>
#include <vector>

#include "proto/base/signal.h"
#include "tests/proto/http/server_fixture.h"

namespace footfall::http {
namespace {

TEST_F(ServerTest, AnswersAndKeepsAlive) {
  RawClient client(start().port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send(get("/hello?x")));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "/hello");
    EXPECT_EQ(answer->field("content-type"), "text/plain");
    EXPECT_EQ(answer->field("connection"), "");
    EXPECT_TRUE(answer->field("date").ends_with(" GMT"));
    EXPECT_EQ(answer->head.find("\r\nServer:"), std::string::npos);
  }
  EXPECT_EQ(metric(metrics_, "footfall_http_requests_total{server=\"test\"}"), 3);
  EXPECT_EQ(metric(metrics_, "footfall_http_connections_total{server=\"test\"}"), 1);
}

TEST_F(ServerTest, GivesTheHandlerTheWholeRequest) {
  std::string seen;
  std::int64_t received_us = 0;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    seen = std::string(method_name(request.method)) + "|" + std::string(request.target) + "|" +
           std::string(request.host) + "|" + std::string(request.host_header) + "|" + std::string(request.body) + "|" +
           request.peer.text() + "|" + std::string(request.field("X-A"));
    received_us = request.received_us;
    responder.send(text(""));
  };
  RawClient client(start().port());
  const std::int64_t before_us = system_clock().wall_us();
  client.send(
      "PUT /p?q HTTP/1.1\r\nHost: B.example:81\r\nx-a: v\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0\r\n\r\n");
  ASSERT_TRUE(client.read_answer());
  EXPECT_EQ(seen, "PUT|/p?q|b.example|B.example:81|abc|127.0.0.1|v");
  EXPECT_GE(received_us, before_us);
  EXPECT_LE(received_us, system_clock().wall_us());
}

TEST_F(ServerTest, EverySplitIsTheSameRequest) {
  std::vector<std::string> bodies;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    if (request.path != "/barrier") bodies.push_back(std::string(request.path) + " " + std::string(request.body));
    responder.send(text(request.body));
  };
  start();
  RawClient barrier(server_->port());
  const std::string bytes =
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n" +
      post("/l", "hello") + get("/g");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    RawClient client(server_->port());
    bodies.clear();
    client.send(std::string_view(bytes).substr(0, cut));
    barrier.send(get("/barrier"));  // answered after the server has read the first part by itself
    ASSERT_TRUE(barrier.read_answer());
    client.send(std::string_view(bytes).substr(cut));
    for (const char* body : {"abc", "hello", ""}) {
      const auto answer = client.read_answer();
      ASSERT_TRUE(answer) << cut;
      ASSERT_EQ(answer->body, body) << cut;
    }
    ASSERT_EQ(bodies, (std::vector<std::string>{"/c abc", "/l hello", "/g "})) << cut;
  }
}

TEST_F(ServerTest, SkipsEmptyLinesBeforeARequestLine) {  // G-19
  const RunningServer& server = start();
  RawClient client(server.port());
  client.send("\r\n\r\n" + post("/a", "x") + "\r\n" + get("/b"));  // as after bodies of old clients
  EXPECT_EQ(client.read_answer()->status, 200);
  EXPECT_EQ(client.read_answer()->body, "/b");
  for (const char c : "\r\n\r\n\r\n\r\n" + get("/c")) client.send({&c, 1});
  EXPECT_EQ(client.read_answer()->body, "/c");
  client.send("\r\n\r\n\r\n\r\n\r\n" + get("/d"));
  EXPECT_EQ(client.read_answer()->status, 400) << "a fifth line is one too many";
  EXPECT_TRUE(client.is_closed_within(5'000));
  RawClient bare(server.port());
  bare.send("\n" + get("/e"));
  EXPECT_EQ(bare.read_answer()->status, 400) << "a bare LF is no line";
}

TEST_F(ServerTest, AnEncodedBodyIsRefusedByName) {  // G-20
  const RunningServer& server = start();
  RawClient client(server.port());
  client.send(post("/a", "\x1f\x8b", "Content-Encoding: gzip\r\n"));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer->status, 415);
  EXPECT_EQ(answer->field("accept-encoding"), "identity");
  EXPECT_NE(answer->body.find("Content-Encoding"), std::string::npos);
}

TEST_F(ServerTest, ByteByByte) {
  RawClient client(start().port());
  for (char c : post("/slow", "12345") + get("/next")) ASSERT_TRUE(client.send(std::string(1, c)));
  EXPECT_EQ(client.read_answer()->body, "/slow");
  EXPECT_EQ(client.read_answer()->body, "/next");
}

TEST_F(ServerTest, HeadAndBodilessStatuses) {
  handler_.on_request = [&](const Request& request, Responder& responder) {
    const int status = request.path == "/204" ? 204 : request.path == "/304" ? 304 : 200;
    responder.send({status, "text/plain", "X-Y: z\r\n", "body", false});
  };
  RawClient client(start().port());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/204") + get("/304") + get("/"));
  const auto head = client.read_answer(5'000, true);
  EXPECT_EQ(head->field("content-length"), "4");
  for (int status : {204, 304}) {
    const auto answer = client.read_answer();
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->field("content-length"), "");
    EXPECT_EQ(answer->field("x-y"), "z");
  }
  EXPECT_EQ(client.read_answer()->body, "body");
}

TEST_F(ServerTest, ConnectionSemantics) {
  start();
  {
    RawClient client(server_->port());
    client.send(get("/", "Connection: close\r\n"));
    EXPECT_EQ(client.read_answer()->field("connection"), "close");
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
  {
    RawClient client(server_->port());
    client.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.read_answer()->field("connection"), "close");
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
  {
    RawClient client(server_->port());
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.read_answer()->field("connection"), "keep-alive");
    EXPECT_FALSE(client.is_closed_within(100));
  }
  {  // what stands behind a close is not answered, and does not destroy the answer before it
    RawClient client(server_->port());
    client.send(get("/", "Connection: close\r\n") + get("/2"));
    EXPECT_TRUE(client.read_answer());
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
  {  // half-closed by the client: it still gets its answers
    RawClient client(server_->port());
    client.send(get("/1") + get("/2"));
    client.finish_sending();
    EXPECT_EQ(client.read_answer()->body, "/1");
    EXPECT_EQ(client.read_answer()->body, "/2");
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
}

TEST_F(ServerTest, RequestsPerConnectionAndHandlersClose) {
  ServerOptions options = local_options();
  options.limits.requests_per_connection_max = 2;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    responder.send({200, "text/plain", {}, request.path, request.path == "/bye"});
  };
  start(options);
  RawClient counted(server_->port());
  counted.send(get("/1") + get("/2") + get("/3"));
  EXPECT_EQ(counted.read_answer()->field("connection"), "");
  EXPECT_EQ(counted.read_answer()->field("connection"), "close");
  EXPECT_TRUE(counted.is_closed_within(10'000));
  RawClient client(server_->port());
  client.send(get("/bye") + get("/3"));
  EXPECT_EQ(client.read_answer()->field("connection"), "close");
  EXPECT_TRUE(client.is_closed_within(10'000));
}

TEST_F(ServerTest, RefusalsAreInTheHandlersWords) {
  handler_.on_host = [](std::string_view host) { return host != "unknown.example"; };
  handler_.on_policy = [](std::string_view path) { return RoutePolicy{path == "/tiny" ? 4 : -1, path != "/lengths"}; };
  ServerOptions options = local_options();
  options.limits.body_bytes_max = 100;
  start(options);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"GET /a?b HTTP/1.1\r\nHost: H.example\r\nX : y\r\n\r\n", "400 GET h.example /a"},
      {"POST /b HTTP/1.1\r\nHost: h.example\r\nContent-Length: 101\r\n\r\n", "413 POST h.example /b"},
      {"POST /tiny HTTP/1.1\r\nHost: h.example\r\nContent-Length: 5\r\n\r\n", "413 POST h.example /tiny"},
      {"POST /tiny HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", "413 POST h.example /tiny"},
      {"POST /lengths HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\n\r\n",
       "411 POST h.example /lengths"},
      {"GET /x HTTP/1.1\r\nHost: unknown.example\r\n\r\n", "421 GET unknown.example /x"},
      {"TRACE /x HTTP/1.1\r\nHost: h.example\r\n\r\n", "405 GET h.example /x"},
      {"GET /x HTTP/2.0\r\nHost: h.example\r\n\r\n", "505 GET h.example /x"}};
  for (const auto& [bytes, words] : cases) {
    RawClient client(server_->port());
    client.send(bytes);
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << bytes;
    EXPECT_EQ(handler_.last_refusal, words);
    EXPECT_EQ(std::to_string(answer->status), words.substr(0, 3));
    EXPECT_EQ(answer->field("content-type"), "application/problem");
    EXPECT_EQ(answer->field("x-refused"), "yes");
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_EQ(answer->field("allow").empty(), answer->status != 405);
    EXPECT_TRUE(client.is_closed_within(10'000)) << bytes;
  }
  EXPECT_EQ(metric(metrics_, "footfall_http_refusals_total{server=\"test\",status=\"413\"}"), 3);
  EXPECT_EQ(metric(metrics_, "footfall_http_requests_total{server=\"test\"}"), 0);
}

TEST_F(ServerTest, AnUnreadBodyDoesNotDestroyTheRefusal) {  // G-12
  start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(server_->port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(40'000, 'x'));
    RawClient::End end;
    const std::string all = client.read_all(3'000, &end);
    EXPECT_TRUE(all.starts_with("HTTP/1.1 413 "));
  }
  // A client that reads only once it has said all: its sending never fails, however long it takes to notice.
  RawClient thorough(server_->port());
  ASSERT_TRUE(thorough.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n"));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(thorough.send(std::string(200'000, 'x'))) << i;
    RawClient barrier(server_->port());
    barrier.send("BAD\r\n\r\n");
    ASSERT_TRUE(barrier.read_answer());
  }
  EXPECT_EQ(thorough.read_answer()->status, 413);
  // One that ends its half of the connection before it reads.
  for (int i = 0; i < 20; ++i) {
    RawClient ended(server_->port());
    ASSERT_TRUE(
        ended.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n" + std::string(4'000'000, 'x')));
    ended.finish_sending();
    EXPECT_EQ(ended.read_answer().value_or(RawAnswer{}).status, 413);
  }
  // Who never stops sending is cut off after 16 MiB, who never closes after some seconds.
  RawClient endless(server_->port());
  endless.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  const std::string block(16'384, 'x');
  std::size_t sent = 0;
  while (sent < 64'000'000 && endless.send(block)) sent += block.size();
  EXPECT_LT(sent, 64'000'000u);
  RawClient patient(server_->port());
  patient.send("BAD\r\n\r\n");
  EXPECT_TRUE(patient.read_answer());
  wait_until([&] { return open_connections() == 0; });
}

TEST_F(ServerTest, ExpectContinue) {
  RawClient client(start().port());
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer()->status, 100);
  client.send("abc");
  EXPECT_EQ(client.read_answer()->body, "/up");
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
  EXPECT_EQ(client.read_answer()->status, 200);  // it did not wait, so there is nothing to tell it
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer()->status, 413);
}

TEST_F(ServerTest, OptionsStarIsTheServersOwn) {
  handler_.on_request = [](const Request&, Responder& responder) { responder.send({500, {}, {}, {}, false}); };
  RawClient client(start().port());
  client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer->status, 204);
  EXPECT_NE(answer->field("allow").find("GET"), std::string::npos);
}

// The port's event is still to be handled when the drain has closed it.
TEST_F(ServerTest, ADrainBeginsInARoundInWhichOthersConnect) {
  struct Shared {
    Signal is_waiting, all_are_there;
  };
  const auto shared = std::make_shared<Shared>();
  handler_.on_request = [shared, this](const Request& request, Responder& responder) {
    if (request.path == "/wait") {
      shared->is_waiting.set();
      shared->all_are_there.wait();
    }
    if (request.path == "/drain") (*server_)->drain(10'000);
    responder.send(text("done"));
  };
  RawClient blocker(start().port());
  RawClient drains(server_->port());
  ASSERT_TRUE(drains.send(get("/")));
  ASSERT_TRUE(drains.read_answer());
  ASSERT_TRUE(blocker.send(get("/wait")));
  shared->is_waiting.wait();
  ASSERT_TRUE(drains.send(get("/drain")));
  RawClient newcomer(server_->port());
  ASSERT_TRUE(newcomer.send(get("/")));
  shared->all_are_there.set();
  EXPECT_TRUE(newcomer.read_answer());
  server_->wait();
  EXPECT_EQ(metric(metrics_, "footfall_http_accept_errors_total{server=\"test\"}"), 0);
}

}  // namespace
}  // namespace footfall::http
