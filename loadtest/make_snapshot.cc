// A directory of any size on disk, as an edge would have saved it: one account with its campaign and key, and links
// "l0", "l1" … with targets of 60 bytes. For measuring an edge with millions of links without filling PostgreSQL first.
//
// make_snapshot LINKS FILE
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "edge/directory/content.h"
#include "edge/directory/snapshot.h"

namespace {

using namespace footfall;
using namespace footfall::edge;

constexpr std::string_view kHost = "c.localhost";
constexpr std::size_t kTargetBytes = 60;

void fill(DirectoryContent& content, std::uint64_t links) {
  content.apply(SecretsEntity{.version = 1, .keys = {}});
  CampaignEntity campaign;
  campaign.id = campaign.version = campaign.account = 1;
  campaign.dialect = wire::Dialect::selgeo;
  campaign.target = "https://shop.example/landing";
  content.apply(campaign);
  content.reserve(RecordKind::link, links);
  std::string code, target;
  for (std::uint64_t n = 0; n < links; ++n) {
    code = "l" + std::to_string(n);
    target = "https://shop.example/p/" + std::to_string(n) + "/";
    target.resize(kTargetBytes, 'x');
    LinkEntity link;
    link.id = n + 1;
    link.version = 1;
    link.host = kHost;
    link.code = code;
    link.campaign = 1;
    link.affiliate = 20'000 + n % 30'000;
    link.target = target;
    content.apply(link);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t links = 0;
  if (argc != 3 || std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), links).ec != std::errc()) {
    std::fprintf(stderr, "usage: make_snapshot LINKS FILE\n");
    return 2;
  }
  DirectoryContent content;
  fill(content, links);
  const auto saved = save_snapshot(content, {}, {{1, 1}, system_clock().wall_us()}, argv[2], {0}, system_clock(), {});
  if (!saved) {
    std::fprintf(stderr, "make_snapshot: %s\n", saved.error().message.c_str());
    return 1;
  }
  std::printf("%llu records, %llu bytes\n", static_cast<unsigned long long>(saved->records),
              static_cast<unsigned long long>(saved->bytes));
  return 0;
}
