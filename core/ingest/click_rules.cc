#include "core/ingest/click_rules.h"

#include <algorithm>

#include "proto/base/crypto.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

// Raised when the code judges the same lists in another way.
constexpr std::string_view kMethod = "1";

// In an order that does not matter to the verdict.
std::string digest_of(const std::string& crawlers, std::vector<std::string> networks) {
  std::sort(networks.begin(), networks.end());
  std::string all(kMethod);
  all += '\n' + crawlers;
  for (const std::string& network : networks) all += '\n' + network;
  return std::string(as_view(sha256(all)));
}

}  // namespace

Result<std::unique_ptr<ClickRules>> ClickRules::load(const std::string& crawlers_file,
                                                     const std::vector<std::string>& networks) {
  auto crawlers = CrawlerList::load(crawlers_file);
  if (!crawlers) return Failure(crawlers.error());
  auto parsed = NetworkList::parse(networks);
  if (!parsed) return Failure(parsed.error());
  auto rules = std::unique_ptr<ClickRules>(new ClickRules);
  rules->digest_ = digest_of((*crawlers)->text(), networks);
  rules->crawlers_ = std::move(*crawlers);
  rules->networks_ = std::move(*parsed);
  return rules;
}

std::uint32_t ClickJudge::judge(std::string_view user_agent, std::string_view address) {
  std::uint32_t verdict = 0;
  if (!user_agent.empty() && agents_.is_crawler(user_agent)) verdict |= wire::kVerdictBot;
  if (!address.empty() && rules_->networks().contains(address)) verdict |= wire::kVerdictNetwork;
  return verdict;
}

}  // namespace footfall::core
