#include "core/ingest/user_agent.h"

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kApplicationBracket = "[FB";

// The end of the comment that begins at `open`: behind the parenthesis that closes it, or the end of the agent.
std::size_t comment_end(std::string_view agent, std::size_t open) {
  int depth = 0;
  for (auto at = open; at < agent.size(); ++at) {
    if (agent[at] == '(') ++depth;
    if (agent[at] == ')' && --depth == 0) return at + 1;
  }
  return agent.size();
}

void add(std::vector<AgentPiece>& pieces, AgentPiece::Kind kind, std::string_view text) {
  text = trim(text);
  if (!text.empty()) pieces.push_back({kind, text});
}

void add_comment(std::vector<AgentPiece>& pieces, std::string_view comment, bool device) {
  while (!comment.empty()) {
    const auto end = comment.find_first_of("();");
    const auto entry = comment.substr(0, end);
    comment = end == std::string_view::npos ? std::string_view() : comment.substr(end + 1);
    if (equal_ignoring_case(trim(entry), "compatible")) device = false;
    add(pieces, device ? AgentPiece::Kind::foreign : AgentPiece::Kind::comment, entry);
  }
}

}  // namespace

std::vector<AgentPiece> agent_pieces(std::string_view agent, const std::function<bool(std::string_view)>& is_device) {
  std::vector<AgentPiece> pieces;
  while (!agent.empty()) {
    const auto bracket = agent.find(kApplicationBracket);
    const auto begin = std::min(agent.find_first_of("()"), bracket);
    add(pieces, AgentPiece::Kind::name, agent.substr(0, begin));
    if (begin == std::string_view::npos) break;
    auto end = begin + 1;  // of a parenthesis that closes nothing
    if (begin == bracket) {
      end = std::min(agent.find(']', begin), agent.size() - 1) + 1;
    } else if (agent[begin] == '(') {
      end = comment_end(agent, begin);
      const auto comment = agent.substr(begin, end - begin);
      add_comment(pieces, comment, is_device(comment));
    }
    agent.remove_prefix(end);
  }
  return pieces;
}

}  // namespace footfall::core
