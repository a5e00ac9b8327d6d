#include "proto/wire/streams.h"

#include <charconv>

namespace footfall::wire {

std::string clicks_stream_key(std::string_view edge, const Incarnation& incarnation) {
  return "footfall:clicks:" + std::string(edge) + ":" + incarnation.hex();
}

std::string directory_snapshot_key(std::uint64_t epoch, std::uint64_t version, std::uint64_t chunk) {
  return "footfall:directory:snapshot:" + std::to_string(epoch) + ":" + std::to_string(version) + ":" +
         std::to_string(chunk);
}

std::string limit_key(std::string_view zone, std::string_view subject) {
  return "footfall:limit:" + std::string(zone) + ":" + std::string(subject);
}

std::string EntryId::text() const { return std::to_string(major) + "-" + std::to_string(minor); }

std::optional<EntryId> parse_entry_id(std::string_view text) {
  EntryId id;
  const char* const end = text.data() + text.size();
  const auto [dash, major_error] = std::from_chars(text.data(), end, id.major);
  if (major_error != std::errc() || dash == end || *dash != '-') return std::nullopt;
  const auto [rest, minor_error] = std::from_chars(dash + 1, end, id.minor);
  if (minor_error != std::errc() || rest != end) return std::nullopt;
  return id;
}

}  // namespace footfall::wire
