// Protobuf's encoding is small enough to write out: a tag is field number and wire type, numbers are varints, bytes
// carry their length in front, and a default value is left out. Two passes, so that the length can go first: the same
// list of fields goes to a sink that counts and to one that writes.
#include "proto/wire/click.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace footfall::wire {
namespace {

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kBytes = 2;
constexpr std::size_t kVisitorBytes = 16;
constexpr std::size_t kIpBytesMax = 16;
// Ten varints of at most 12 bytes with their tags, and the tags and lengths of the six byte fields and the click.
static_assert(16 + kVisitorBytes + kIpBytesMax + kUserAgentBytesMax + kReferrerBytesMax + kLandingBytesMax +
                  kQueryBytesMax + 10 * 12 + 8 * 4 <=
              kClickBytesMax);

constexpr struct {
  std::uint32_t bit;
  std::string_view name;
} kVerdictNames[] = {{kVerdictHead, "head"},       {kVerdictPrefetch, "prefetch"}, {kVerdictNoAgent, "no_agent"},
                     {kVerdictOrigin, "origin"},   {kVerdictLimit, "limit"},       {kVerdictBot, "bot"},
                     {kVerdictNetwork, "network"}, {kVerdictRevoked, "revoked"}};

std::size_t varint_size(std::uint64_t value) { return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7; }

class CountingSink {
 public:
  void varint(std::uint64_t value) { size_ += varint_size(value); }
  void bytes(std::string_view value) { size_ += value.size(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

class WritingSink {
 public:
  explicit WritingSink(char* out) : next_(out) {}
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) *next_++ = static_cast<char>(value | 0x80);
    *next_++ = static_cast<char>(value);
  }
  void bytes(std::string_view value) {
    if (value.empty()) return;
    std::memcpy(next_, value.data(), value.size());
    next_ += value.size();
  }

 private:
  char* next_;
};

template <typename Sink>
void put_number(Sink& sink, std::uint32_t field, std::uint64_t value) {
  if (value == 0) return;
  sink.varint(field << 3 | kVarint);
  sink.varint(value);
}

template <typename Sink>
void put_bytes(Sink& sink, std::uint32_t field, std::string_view value) {
  if (value.empty()) return;
  sink.varint(field << 3 | kBytes);
  sink.varint(value.size());
  sink.bytes(value);
}

template <typename Sink>
void put_click(Sink& sink, const Click& click) {
  put_bytes(sink, 1, click.id.view());
  put_number(sink, 2, static_cast<std::uint64_t>(click.received_us));
  put_number(sink, 3, click.account.value);
  put_number(sink, 4, static_cast<std::uint64_t>(click.mode));
  put_number(sink, 5, click.campaign.value);
  put_number(sink, 6, click.affiliate.value);
  put_number(sink, 7, click.link.value);
  put_number(sink, 8, click.verdict);
  put_number(sink, 9, static_cast<std::uint64_t>(click.source));
  put_bytes(sink, 10, click.visitor.substr(0, kVisitorBytes));
  put_bytes(sink, 11, click.ip.substr(0, kIpBytesMax));
  put_bytes(sink, 12, cut_text(click.user_agent, kUserAgentBytesMax));
  put_bytes(sink, 13, cut_text(click.referrer, kReferrerBytesMax));
  put_bytes(sink, 14, cut_text(click.landing, kLandingBytesMax));
  put_bytes(sink, 15, cut_text(click.query, kQueryBytesMax));
  put_number(sink, 16, click.key.value);
  put_number(sink, 20, click.privacy);
}

}  // namespace

std::string_view verdict_name(std::uint32_t bit) {
  for (const auto& entry : kVerdictNames) {
    if (entry.bit == bit) return entry.name;
  }
  return {};
}

std::string verdict_names(std::uint32_t verdict) {
  if (verdict == 0) return "human";
  std::string out;
  for (const auto& entry : kVerdictNames) {
    if ((verdict & entry.bit) == 0) continue;
    if (!out.empty()) out += ',';
    out += entry.name;
  }
  return out;
}

std::size_t append_click(std::string& out, const Click& click) {
  CountingSink count;
  put_click(count, click);
  const std::size_t before = out.size();
  const std::size_t total = 1 + varint_size(count.size()) + count.size();
  FOOTFALL_CHECK(total <= kClickBytesMax);
  out.resize(before + total);
  WritingSink write(out.data() + before);
  write.varint(1u << 3 | kBytes);
  write.varint(count.size());
  put_click(write, click);
  return total;
}

void append_batch_trailer(std::string& out, const Incarnation& incarnation, std::uint64_t first, std::uint64_t last,
                          VoidReason reason) {
  FOOTFALL_CHECK(first >= 1 && first <= last);
  const auto put_trailer = [&](auto& sink) {
    put_bytes(sink, 2, incarnation.view());
    put_number(sink, 3, first);
    put_number(sink, 4, last);
    put_number(sink, 5, static_cast<std::uint64_t>(reason));
  };
  CountingSink count;
  put_trailer(count);
  const std::size_t before = out.size();
  out.resize(before + count.size());
  WritingSink write(out.data() + before);
  put_trailer(write);
}

}  // namespace footfall::wire
