// A segment of the click log, as it comes from a damaged disk. The input is taken twice: as the bytes of a whole file,
// and as damage (place, mask) done to a sound one. Whatever is read as a click must be one that was written.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/edge/log/log_life.h"

using namespace footfall;
using namespace footfall::edge;

namespace {

constexpr std::uint64_t kSegmentBytes = 64 * 1024;
constexpr std::uint64_t kRecords = 12;

std::string clicks_of(std::uint64_t number) { return std::string(number * 37, static_cast<char>('a' + number)); }

struct Sound {
  Sound() {
    LogLife life(disk, {.segment_bytes = kSegmentBytes, .total_bytes_max = kSegmentBytes});
    for (std::uint64_t number = 1; number <= kRecords; ++number) FOOTFALL_CHECK(life.write(clicks_of(number)));
    id = life.id;
  }
  FaultyDisk disk;
  wire::Incarnation id;
};

// Reads all incarnations to their ends; the number of clicks of `id` that came back.
std::uint64_t read_everything(FaultyDisk& disk, const wire::Incarnation& id) {
  LogLife life(disk, {.segment_bytes = kSegmentBytes, .total_bytes_max = kSegmentBytes});
  FOOTFALL_CHECK(life.recovered);
  std::uint64_t found = 0;
  for (const LogIncarnation& incarnation : life.all_incarnations()) {
    if (incarnation.id != id) continue;  // a header made up by the input may claim any number of clicks
    FOOTFALL_CHECK(incarnation.head <= kRecords);
    std::uint64_t next = 1;
    for (const LogRun& run : life.read_all(incarnation)) {
      FOOTFALL_CHECK(run.first == next && run.last >= run.first);
      next = run.last + 1;
      if (run.reason != wire::VoidReason::none) continue;
      FOOTFALL_CHECK(run.clicks == clicks_of(run.first));
      ++found;
    }
    FOOTFALL_CHECK(next == incarnation.head + 1);
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Sound sound;
  FaultyDisk as_file;
  FOOTFALL_CHECK(as_file.create("segment-00000001", kSegmentBytes, false).has_value());
  std::memcpy(as_file.content("segment-00000001").data(), data, std::min<std::size_t>(size, kSegmentBytes));
  read_everything(as_file, sound.id);

  FaultyDisk damaged;
  damaged.copy_from(sound.disk);
  std::string& content = damaged.content(damaged.names().front());
  std::uint64_t strikes = 0;
  for (; size >= 3; data += 3, size -= 3, ++strikes) {
    const std::size_t place = (data[0] | data[1] << 8) % content.size();
    content[place] = static_cast<char>(content[place] ^ data[2]);
  }
  const std::uint64_t found = read_everything(damaged, sound.id);
  // Each strike hits one record, or a header of which there are two.
  if (strikes < 2) FOOTFALL_CHECK(found + strikes >= kRecords);
  return 0;
}
