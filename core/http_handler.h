// Core's HTTP handler: /internal/… goes to the directory's pages, /c/… and /portal to those for affiliates, everything
// else to the dialects' APIs.
#pragma once

#include <string>

#include "core/api/dispatcher.h"
#include "core/internal_pages.h"
#include "core/pages/page_server.h"
#include "proto/http/handler.h"

namespace footfall::core {

class CoreHandler : public http::Handler {
 public:
  // All outlive it.
  CoreHandler(ApiDispatcher& dispatcher, InternalPages& internal, PageServer& pages)
      : dispatcher_(dispatcher), internal_(internal), pages_(pages) {}

  void handle(const http::Request& request, http::Responder& responder) override;
  http::RefusalText refusal(const http::Request& request, int status, std::string_view reason) override;

 private:
  ApiDispatcher& dispatcher_;
  InternalPages& internal_;
  PageServer& pages_;
};

}  // namespace footfall::core
