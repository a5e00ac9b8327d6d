// Takes a user agent apart into pieces of text that can be judged by where they stand. Pure; allocates only the result.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace footfall::core {

struct AgentPiece {
  enum class Kind : unsigned char {
    name,     // product names, outside of comments: all words up to the next comment
    comment,  // one entry of a comment, between parentheses and semicolons
    foreign,  // the same, of a comment that speaks of a device: its name, its carrier, its system image
  };
  Kind kind;
  std::string_view text;  // a part of the agent, without blanks at its ends; never empty
};

// `is_device` says of a whole comment whether it speaks of a device. What follows the entry "compatible" in it is the
// program's own again. What Facebook's applications add in brackets, [FBAN/…], is left out: no program names itself
// there.
std::vector<AgentPiece> agent_pieces(std::string_view agent, const std::function<bool(std::string_view)>& is_device);

}  // namespace footfall::core
