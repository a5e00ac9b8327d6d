// What an erasure has to know of the clicks in a dead letter.
#pragma once

#include <optional>
#include <vector>

#include "core/storage/erasures.h"

namespace footfall::core {

// None: the letter's bytes are neither a click nor a batch. A click without an id is left out.
std::optional<std::vector<LetterClick>> clicks_of_letter(const DeadLetter& letter);

}  // namespace footfall::core
