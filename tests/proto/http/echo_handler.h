// A handler that answers the way public suites expect of a server under test: GET and HEAD get a word, POST its body
// back, /echo the header block, /cookie the cookies, OPTIONS and unknown methods an Allow. /redirect is what loads
// compare with nginx's `return 302`.
#pragma once

#include <string>
#include <string_view>

#include "proto/http/handler.h"

namespace footfall::http {

class EchoHandler final : public Handler {
 public:
  void handle(const Request& request, Responder& responder) override;
  RoutePolicy policy(Method method, std::string_view host, std::string_view path) override;
  RefusalText refusal(const Request& request, int status, std::string_view reason) override;

 private:
  std::string text_;
};

}  // namespace footfall::http
