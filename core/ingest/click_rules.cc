#include "core/ingest/click_rules.h"

#include "proto/base/crypto.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

// Raised when the code judges the same lists in another way.
constexpr std::string_view kMethod = "2";

std::string digest_of(const CrawlerList& crawlers, const NetworkList& networks) {
  std::string all(kMethod);
  all += '\n' + crawlers.text();
  for (const std::string& network : networks.texts()) all += '\n' + network;
  return std::string(as_view(sha256(all)));
}

}  // namespace

Result<std::unique_ptr<ClickRules>> ClickRules::load(const RuleSources& sources) {
  auto crawlers = CrawlerList::load(sources.crawlers);
  if (!crawlers) return Failure(crawlers.error());
  auto networks = NetworkList::load(sources.networks);
  if (!networks) return Failure(networks.error());
  auto rules = std::unique_ptr<ClickRules>(new ClickRules);
  rules->digest_ = digest_of(**crawlers, *networks);
  rules->crawlers_ = std::move(*crawlers);
  rules->networks_ = std::move(*networks);
  return rules;
}

Ruling ClickJudge::judge(std::string_view user_agent, std::string_view address) {
  Ruling ruling;
  if (!user_agent.empty()) {
    ruling.decided |= wire::kVerdictBot;
    if (agents_.is_crawler(user_agent)) ruling.verdict |= wire::kVerdictBot;
  }
  const InNetwork found = address.empty() ? InNetwork::unknown : rules_->networks().find(address);
  if (found != InNetwork::unknown) ruling.decided |= wire::kVerdictNetwork;
  if (found == InNetwork::yes) ruling.verdict |= wire::kVerdictNetwork;
  return ruling;
}

}  // namespace footfall::core
