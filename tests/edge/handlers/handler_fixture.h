// The handlers of one worker with fakes around them; a test reaches every part.
#pragma once

#include <memory>
#include <string>

#include "edge/handlers/router.h"
#include "tests/edge/handlers/fakes.h"

namespace footfall::edge {

class Elsewhere : public http::Handler {  // where the proxy would be
 public:
  void handle(const http::Request& request, http::Responder& responder) override {
    ++requests;
    responder.send({.status = 299, .content_type = {}, .extra_fields = {}, .body = request.path});
  }
  http::RefusalText refusal(const http::Request&, int, std::string_view) override { return {{}, {}, "elsewhere"}; }
  int requests = 0;
};

inline const std::string kPublicKey = "pk_live_0123456789abcdef";

class HandlerFixture {
 public:
  HandlerFixture() {
    hosts.dialects = {{"selgeo.localhost", wire::Dialect::selgeo}, {"affily.localhost", wire::Dialect::affily}};
    hosts.short_link_hosts = {"c.localhost"};
    add_campaign(10, wire::Dialect::selgeo);
    add_link("abc", 100, 10);
    KeyView key;
    key.id = wire::KeyId{5};
    key.account = wire::AccountId{3};
    key.clicks_per_minute = 1'000;
    key.link_host = "c.localhost";
    directory.keys[sha256(kPublicKey)] = key;
  }

  CampaignView& add_campaign(std::uint64_t id, wire::Dialect dialect) {
    CampaignView& campaign = directory.campaigns[id];
    campaign.id = wire::CampaignId{id};
    campaign.account = wire::AccountId{3};
    campaign.dialect = dialect;
    campaign.target = "https://shop.example/p";
    return campaign;
  }
  LinkView& add_link(const std::string& code, std::uint64_t id, std::uint64_t campaign) {
    LinkView& link = directory.links["c.localhost/" + code];
    link.id = wire::LinkId{id};
    link.campaign = wire::CampaignId{campaign};
    link.affiliate = wire::AffiliateId{20};
    return link;
  }
  KeyView& key() { return directory.keys.begin()->second; }
  CampaignView& campaign() { return directory.campaigns[10]; }
  LinkView& link() { return directory.links["c.localhost/abc"]; }

  // Handles one request in a wake-up of its own.
  RememberingResponder handle(MadeRequest& request) {
    RememberingResponder responder;
    router.handle(request.get(), responder);
    router.after_requests();
    return responder;
  }
  Answer sent(MadeRequest request) { return handle(request).sent.at(0); }
  RememberingResponder::Owed owed(MadeRequest request) { return handle(request).owed.at(0); }

  // What the log was given, all batches joined: the codec's own field 1 encodings.
  std::string logged() const {
    std::string out;
    for (const OpenBatch& batch : log.submitted) out += batch.clicks;
    return out;
  }
  std::uint64_t refused(Refusal reason) {
    return metrics
        .counter("footfall_edge_clicks_refused_total", "Clicks not recorded, by reason",
                 {{"reason", std::string(refusal_name(reason))}})
        .value();
  }
  std::uint64_t refused() {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < kRefusals; ++i) total += refused(static_cast<Refusal>(i));
    return total;
  }
  // Promise 4 at the edge.
  bool equation_closes() {
    return probe.received.value() == probe.safe.value() + refused() + probe.unrecorded.value() + recorder.in_flight();
  }

  HeldClock clock;
  Metrics metrics;
  wire::HostMap hosts;
  http::TrustedProxies proxies = *http::TrustedProxies::parse({"127.0.0.1", "::1"});
  ClickProbe probe{metrics};
  FakeDirectory directory;
  FakeLog log;
  KeyLimits key_limits{1'024, metrics};
  AddressLimits address_limits{1'024, 60};
  Recorder recorder{log, 0, probe};
  wire::ClickIdMint mint{7, 0};
  http::RequestIds request_ids;
  CountryLookup countries;
  ClickRate click_rate{1'024, 20, clock, proxies};
  ClickContext context{directory, recorder, mint, probe, proxies, countries, click_rate};
  Redirect redirect{context};
  Clicks clicks{context, key_limits, address_limits, request_ids, clock};
  Elsewhere elsewhere;
  Router router{{hosts, {"localhost"}, 0}, context, redirect, clicks, request_ids, elsewhere};
};

}  // namespace footfall::edge
