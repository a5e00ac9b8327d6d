// Core's HTTP handler: /internal/… to the directory's pages, everything else to the dialects.
#pragma once

#include <string>

#include "core/internal_pages.h"
#include "proto/http/server.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

class Front : public http::Handler {
 public:
  // Both outlive it.
  Front(const wire::HostMap& hosts, InternalPages& internal) : hosts_(hosts), internal_(internal) {}

  void handle(const http::Request& request, http::Responder& responder) override;
  void refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
               std::string& extra_fields, std::string& body) override;

 private:
  const wire::HostMap& hosts_;
  InternalPages& internal_;
};

}  // namespace footfall::core
