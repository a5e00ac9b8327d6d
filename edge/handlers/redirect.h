// GET and HEAD of a short link: 302 to the campaign's target with a click id, once the click is safe; without one if
// the log cannot take it (promise 1). With a "+" behind the code: a page that shows the target. Never cached, never
// indexed. One per worker.
#pragma once

#include <string>
#include <string_view>

#include "edge/handlers/click_context.h"
#include "edge/handlers/destination.h"
#include "edge/handlers/link_outcome.h"
#include "proto/http/handler.h"

namespace footfall::edge {

class Redirect {
 public:
  explicit Redirect(const ClickContext& context) : context_(context) {}
  Redirect(const Redirect&) = delete;
  Redirect& operator=(const Redirect&) = delete;
  void handle(const http::Request& request, http::Responder& responder);

 private:
  void track(const http::Request& request, const LinkView& link, const CampaignView& campaign, TargetParts parts,
             http::Responder& responder);
  void show_target(std::string_view code, const TargetParts& parts, http::Responder& responder);
  void send_on(const TargetParts& parts, http::Responder& responder);
  void send_page(const http::Request& request, http::Responder& responder, int status,
                 std::string_view more_fields = {}) const;

  ClickContext context_;
  Destination destination_{context_};
  std::string safe_;  // header lines of the answer being made; kept for their memory
  std::string otherwise_;
};

}  // namespace footfall::edge
