#include "core/ingest/letter_clicks.h"

#include "core/ingest/decoded_batch.h"

namespace footfall::core {

std::optional<std::vector<LetterClick>> clicks_of_letter(const DeadLetter& letter) {
  auto batch = letter.reason == kReasonDecode ? DecodedBatch::decode(letter.raw)
                                              : decode_single_click(letter.raw, letter.number);
  if (!batch) return std::nullopt;
  std::vector<LetterClick> clicks;
  if (batch->is_void()) return clicks;
  for (auto number = batch->first(); number <= batch->last(); ++number) {
    wire::Click click;
    if (batch->click(number, click)) clicks.push_back({click.affiliate, click.received_us});
  }
  return clicks;
}

}  // namespace footfall::core
