#include "tests/proto/http/echo_handler.h"

namespace footfall::http {
namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD, POST, OPTIONS\r\n";

}  // namespace

void EchoHandler::handle(const Request& request, Responder& responder) {
  if (request.path == "/redirect") {
    return responder.send(
        {302, {}, "Location: https://shop.example/landing?click=1\r\nCache-Control: no-store\r\n", {}, false});
  }
  if (request.method == Method::options) return responder.send({204, {}, kAllow, {}, false});
  if (request.method == Method::put || request.method == Method::patch || request.method == Method::del) {
    return responder.send({405, "text/plain", kAllow, "method\n", false});
  }
  text_.clear();
  if (request.path == "/echo") {
    for (const Field& field : request.fields) {
      text_.append(field.name).append(": ").append(field.value).append("\n");
    }
  } else if (request.path == "/cookie") {
    std::string_view rest = request.field("Cookie");
    while (!rest.empty()) {
      text_.append(rest.substr(0, rest.find(';'))).append("\n");
      rest = rest.find(';') == std::string_view::npos ? "" : rest.substr(rest.find(';') + 1);
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
  } else if (request.method == Method::post) {
    text_ = request.body;
  } else {
    text_ = "OK\n";
  }
  responder.send({200, "text/plain", {}, text_, false});
}

RoutePolicy EchoHandler::policy(Method, std::string_view, std::string_view path) {
  if (path == "/lengths-only") return {-1, false};
  if (path == "/small") return {16, true};
  return {};
}

RefusalText EchoHandler::refusal(const Request&, int, std::string_view reason) {
  return {"text/plain", {}, std::string(reason) + "\n"};
}

}  // namespace footfall::http
