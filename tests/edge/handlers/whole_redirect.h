// A redirect as a worker of the edge handles it, with the real directory and without socket and disk: for what it costs
// and allocates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edge/directory/content.h"
#include "edge/directory/store.h"
#include "edge/handlers/redirect.h"
#include "proto/wire/link_targets.h"
#include "tests/edge/handlers/made_request.h"

namespace footfall::edge {

// Gives the one batch back as often as it is asked.
class ReusingLog final : public ClickLog {
 public:
  ReusingLog() { batch_.clicks.reserve(64 * 1024); }
  bool accepts() const noexcept override { return true; }
  bool accepts_from(unsigned) const noexcept override { return true; }
  void hand_over(unsigned worker, OpenBatch&& batch) override { submit(worker, std::move(batch)); }
  void submit(unsigned, OpenBatch&& batch) override {
    batch_ = std::move(batch);
    batch_.clicks.clear();
    batch_.count = 0;
  }
  OpenBatch take_empty(unsigned) override { return std::move(batch_); }
  std::uint64_t head() const noexcept override { return 0; }

 private:
  OpenBatch batch_;
};

class CountingResponder final : public http::Responder {
 public:
  void send(const http::Response& response) override { bytes += response.extra_fields.size(); }
  void send_when_released(std::uint64_t, const http::Response& safe, const http::Response&) override { send(safe); }
  void send_or_omit_when_released(std::uint64_t, const http::Response& safe, const http::TextRange&) override {
    send(safe);
  }
  http::DeferredAnswer defer() override { return {}; }
  std::size_t bytes = 0;
};

class WholeRedirect {
 public:
  static constexpr std::string_view kAgent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

  // The links are /plain, /rules (four targets by device, country and weight), /macros and /deep (?url= is allowed).
  explicit WholeRedirect(CountryLookup lookup = {}) : countries_(std::move(lookup)) {
    auto content = std::make_unique<DirectoryContent>();
    content->apply(SecretsEntity{.version = 1, .keys = {{1}, {2}}});
    CampaignEntity campaign{.id = 1,
                            .version = 1,
                            .account = 3,
                            .dialect = wire::Dialect::selgeo,
                            .target = "https://www.shop.example/landing?utm_source=affiliates",
                            .fallback = {},
                            .click_parameter = {},
                            .public_id = "prg_01hzxyzxyzxyzxyzxyzxyzxyzx"};
    content->apply(campaign);
    campaign.id = 2;
    campaign.deep_link_hosts = "shop.example *.shop.example";
    content->apply(campaign);
    std::string targets;
    wire::append_link_target(targets,
                             {.devices = wire::kMobile, .countries = "DEATCH", .url = "https://m.a.example/de"});
    wire::append_link_target(targets, {.devices = wire::kMobile, .url = "https://m.shop.example/"});
    wire::append_link_target(targets, {.countries = "DEATCH", .url = "https://a.shop.example/de"});
    wire::append_link_target(targets, {.countries = "DEATCH", .weight = 3, .url = "https://b.shop.example/de"});
    add_link(*content, 1, "plain", 1, {}, {});
    add_link(*content, 2, "rules", 1, {}, targets);
    add_link(*content, 3, "macros", 1,
             "https://shop.example/{code}/{campaign}?s={sub1}&c={country}&id={click_id}&a={affiliate}", {});
    add_link(*content, 4, "deep", 2, {}, {});
    store_.replace(std::move(content));
    VisitorSalts salts;
    salts.add({wire::utc_day(kNowUs), {9}});
    store_.set_salts(salts);
  }

  static MadeRequest request(std::string target) {
    MadeRequest made(http::Method::get, "c.localhost", std::move(target));
    made.from("192.0.2.17").with("User-Agent", std::string(kAgent)).with("Accept-Language", "de-DE,de;q=0.9");
    return made.with("Referer", "https://blog.example/a-page-about-shoes");
  }
  // Bytes of the answer's fields.
  std::size_t handle(const http::Request& request) {
    store_.pin(0);
    CountingResponder responder;
    redirect_.handle(request, responder);
    recorder_.close();
    recorder_.decided(++decided_, true);
    store_.unpin(0);
    return responder.bytes;
  }

 private:
  static void add_link(DirectoryContent& content, std::uint64_t id, std::string_view code, std::uint64_t campaign,
                       std::string_view target, std::string_view targets) {
    content.apply(LinkEntity{.id = id,
                             .version = 1,
                             .host = "c.localhost",
                             .code = code,
                             .campaign = campaign,
                             .affiliate = 5,
                             .target = target,
                             .fallback = {},
                             .targets = targets,
                             .affiliate_public_id = "aff_01hzxyzxyzxyzxyzxyzxyzxyzx"});
  }

  Metrics metrics_;
  http::TrustedProxies proxies_ = *http::TrustedProxies::parse({"127.0.0.1"});
  ClickProbe probe_{metrics_};
  DirectoryStore store_{1};
  ReusingLog log_;
  Recorder recorder_{log_, 0, probe_};
  wire::ClickIdMint mint_{7, 0};
  CountryLookup countries_;
  ClickRate rate_{1'024, 1'000'000, system_clock(), proxies_};
  ClickContext context_{store_, recorder_, mint_, probe_, proxies_, countries_, rate_};
  Redirect redirect_{context_};
  std::uint64_t decided_ = 0;
};

}  // namespace footfall::edge
