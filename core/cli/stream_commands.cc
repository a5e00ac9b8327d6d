// `list` shows how far each stream is stored, `dead-letters` what could not be stored and why, and `replay` tries such
// letters again with the code that ingest uses.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/reading/operation.h"
#include "core/cli/nouns.h"
#include "core/cli/stream_decode.h"
#include "core/cli/stream_tail.h"
#include "core/cli/views.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

using boost::json::array;
using boost::json::object;

object stream_view(const StreamRow& row) {
  return {{"edge", row.edge},
          {"incarnation", row.incarnation.hex()},
          {"position", row.position},
          {"head", row.head},
          {"behind", row.head > row.position ? row.head - row.position : 0},
          {"ended", row.ended},
          {"retired", row.retired},
          {"heard_at", time_view(row.heard_us)},
          {"voided", row.voided},
          {"dead", row.dead},
          {"duplicates", row.duplicates}};
}

Result<void> list(Context& context, bool open) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto rows = read_streams(**database, context.caller(), open ? WhichStreams::open : WhichStreams::all);
  if (!rows) return Failure(rows.error());
  array all;
  for (const auto& row : *rows) all.push_back(stream_view(row));
  return context.list(
      "streams", all,
      {"edge", "incarnation", "position", "head", "behind", "ended", "retired", "dead", "voided", "heard_at"});
}

struct LetterOptions {
  std::optional<std::int64_t> id;
  std::optional<std::string> reason;
  std::int64_t above = 0;
  int limit = 100;
  bool all = false;
};

object letter_view(const DeadLetter& letter, bool whole) {
  object view{{"id", letter.id},
              {"stream", letter.stream_id},
              {"number", letter.number},
              {"count", letter.count},
              {"reason", letter.reason},
              {"detail", letter.detail},
              {"bytes", letter.raw.size()},
              {"created_at", time_view(letter.created_us)}};
  if (!whole) return view;
  view["raw"] = to_hex(letter.raw);
  view["decoded"] = letter.reason == kReasonDecode ? decoded_batch_view(letter.raw) : decoded_click_view(letter.raw);
  return view;
}

Result<void> list_letters(Context& context, const LetterOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto letters = read_dead_letters(**database, context.caller(), {{}, options.reason, options.above, options.limit});
  if (!letters) return Failure(letters.error());
  array all;
  for (const auto& letter : *letters) all.push_back(letter_view(letter, false));
  return context.list("dead_letters", all,
                      {"id", "stream", "number", "count", "reason", "detail", "bytes", "created_at"});
}

Result<void> show_letter(Context& context, const LetterOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto letters = read_dead_letters(**database, context.caller(), {options.id, {}, 0, 1});
  if (!letters) return Failure(letters.error());
  if (letters->empty()) {
    return not_found("there is no such dead letter, or it was replayed; see stream dead-letters list");
  }
  return context.show(letter_view(letters->front(), true));
}

Result<void> replay(Context& context, const LetterOptions& options) {
  const int chosen = int{options.id.has_value()} + int{options.reason.has_value()} + int{options.all};
  if (chosen != 1) return invalid("say which: --id N, --reason WORD or --all");
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto report = context.hooks().replay_dead_letters(**database, {options.id, options.reason});
  if (!report) return Failure(report.error());
  return context.show({{"letters", report->letters},
                       {"replayed", report->replayed},
                       {"stored", report->stored},
                       {"duplicates", report->duplicates},
                       {"conflicts", report->conflicts},
                       {"failed", report->failed}});
}

void add_dead_letters(Command noun, Context& context) {
  Command letters = noun.add_noun("dead-letters", "What could not be stored, bytes and all");

  Command listing =
      letters.add_verb("list", "Those that were not replayed, oldest first", "stream dead-letters list --reason time");
  auto listed = std::make_shared<LetterOptions>();
  listing.add_option("--reason", listed->reason, "Only these, such as time or decode");
  listing.add_option("--above", listed->above, "Only with a higher id, for paging");
  listing.add_option("--limit", listed->limit, "At most so many").in_range(1, 10'000).show_default();
  listing.callback(
      [&context, listed] { context.choose([&context, listed] { return list_letters(context, *listed); }); });

  Command showing =
      letters.add_verb("show", "One, with its bytes, decoded as far as they go", "stream dead-letters show 7");
  auto shown = std::make_shared<LetterOptions>();
  showing.add_option("id", shown->id, "Its number").required();
  showing.callback([&context, shown] { context.choose([&context, shown] { return show_letter(context, *shown); }); });

  Command replaying = letters.add_verb("replay", "Store them now that the cause is mended; what fails again stays",
                                       "stream dead-letters replay --reason time");
  auto replayed = std::make_shared<LetterOptions>();
  replaying.add_option("--id", replayed->id, "One");
  replaying.add_option("--reason", replayed->reason, "All of this reason");
  replaying.add_flag("--all", replayed->all, "All");
  replaying.callback(
      [&context, replayed] { context.choose([&context, replayed] { return replay(context, *replayed); }); });
}

}  // namespace

void add_stream(Command app, Context& context) {
  Command noun = app.add_noun("stream", "The clicks' way from edges to the books");

  Command listing = noun.add_verb("list", "How far each edge incarnation is stored", "stream list --open");
  auto open = std::make_shared<bool>(false);
  listing.add_flag("--open", *open, "Only those that may still bring clicks");
  listing.callback([&context, open] { context.choose([&context, open] { return list(context, *open); }); });

  Command tailing = noun.add_verb("tail", "Clicks on the way in Redis, decoded", "stream tail --follow");
  auto options = std::make_shared<TailOptions>();
  tailing.add_option("--count", options->count, "The last so many of each stream").in_range(1, 10'000).show_default();
  tailing.add_option("--edge", options->edge, "Only of this edge");
  tailing.add_flag("--follow", options->follow, "Go on with what arrives, until interrupted");
  tailing.callback(
      [&context, options] { context.choose([&context, options] { return tail_streams(context, *options); }); });

  add_dead_letters(noun, context);
}

}  // namespace footfall::core
