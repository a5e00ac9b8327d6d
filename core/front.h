// Core's HTTP handler: /internal/… to the directory's pages, everything else to the dialects.
#pragma once

#include <string>

#include "core/api/mount.h"
#include "core/internal_pages.h"
#include "proto/http/server.h"

namespace footfall::core {

class Front : public http::Handler {
 public:
  // Both outlive it.
  Front(ApiMount& mount, InternalPages& internal) : mount_(mount), internal_(internal) {}

  void handle(const http::Request& request, http::Responder& responder) override;
  void refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
               std::string& extra_fields, std::string& body) override;

 private:
  ApiMount& mount_;
  InternalPages& internal_;
};

}  // namespace footfall::core
