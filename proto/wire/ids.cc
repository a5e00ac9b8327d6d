// An id is 16 bytes. Where it is computed with, for base32 and for the layout of a minted id, it is two 64-bit halves,
// the high one first. The mint adds a random step to the rest of the last id as long as the millisecond is the same,
// and starts from new random bits in the next one; when the rest is used up, it goes on in the next millisecond ahead
// of time.
#include "proto/wire/ids.h"

#include <algorithm>
#include <cstring>

#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace footfall::wire {
namespace {

constexpr std::string_view kBase32Lower = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view kBase32Upper = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kClickPrefix = "click_";
constexpr std::size_t kHyphens[] = {8, 13, 18, 23};
constexpr std::uint64_t kRestBits = 40;
constexpr std::uint64_t kRestLimit = std::uint64_t{1} << kRestBits;
constexpr std::uint64_t kStepMask = (1u << 20) - 1;  // a step is 1…2^20: half a million ids fit a millisecond

// The two halves of an id as numbers: text forms and layout are computed from them.
struct Halves {
  std::uint64_t high, low;
};

Halves halves_of(const std::array<std::uint8_t, 16>& bytes) {
  Halves out{};
  std::memcpy(&out.high, bytes.data(), 8);
  std::memcpy(&out.low, bytes.data() + 8, 8);
  return {__builtin_bswap64(out.high), __builtin_bswap64(out.low)};
}

ClickId from_halves(Halves halves) {
  ClickId id;
  halves = {__builtin_bswap64(halves.high), __builtin_bswap64(halves.low)};
  std::memcpy(id.bytes.data(), &halves.high, 8);
  std::memcpy(id.bytes.data() + 8, &halves.low, 8);
  return id;
}

// 0…31, or 255 for a character that the alphabet leaves out (I, L, O, U) or does not know.
constexpr std::array<std::uint8_t, 256> kBase32Values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(255);
  for (std::uint8_t i = 0; i < 32; ++i) {
    values[static_cast<std::uint8_t>(kBase32Lower[i])] = i;
    values[static_cast<std::uint8_t>(kBase32Upper[i])] = i;
  }
  return values;
}();

void write_base32_of(Halves halves, char* out26, std::string_view alphabet) {
  for (std::size_t i = kBase32Length; i-- > 0;) {
    out26[i] = alphabet[halves.low & 31];
    halves.low = halves.low >> 5 | halves.high << 59;
    halves.high >>= 5;
  }
}

std::optional<ClickId> parse_base32(std::string_view text) {
  if (text.size() != kBase32Length || text.front() < '0' || text.front() > '7') return std::nullopt;  // 128 of 130 bits
  Halves halves{};
  for (const char c : text) {
    const std::uint8_t value = kBase32Values[static_cast<std::uint8_t>(c)];
    if (value > 31) return std::nullopt;
    halves.high = halves.high << 5 | halves.low >> 59;
    halves.low = halves.low << 5 | value;
  }
  return from_halves(halves);
}

constexpr std::uint64_t kTagShift = 46;
constexpr std::uint64_t kTagMask = std::uint64_t{0xFFFF} << kTagShift;

std::uint64_t tag_of(Halves halves, const Key128& tag_key) {
  halves.low &= ~kTagMask;
  return (siphash(tag_key, from_halves(halves).view()) & 0xFFFF) << kTagShift;
}

template <typename Sixteen>
std::optional<Sixteen> copy_sixteen(std::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  Sixteen out;
  std::memcpy(out.bytes.data(), bytes.data(), 16);
  return out;
}

}  // namespace

std::int64_t ClickId::time_ms() const { return static_cast<std::int64_t>(halves_of(bytes).high >> 16); }

std::uint32_t ClickId::edge_number() const { return static_cast<std::uint32_t>(halves_of(bytes).high & 0xFFF); }

std::string Incarnation::hex() const { return to_hex(view()); }

Incarnation Incarnation::random() {
  Incarnation out;
  random_bytes(out.bytes.data(), out.bytes.size());
  return out;
}

std::optional<Incarnation> Incarnation::from_bytes(std::string_view bytes) { return copy_sixteen<Incarnation>(bytes); }

std::optional<Incarnation> Incarnation::from_hex(std::string_view hex) {
  const auto decoded = footfall::from_hex(hex);
  return decoded ? from_bytes(*decoded) : std::nullopt;
}

void write_uuid(const ClickId& id, char* out36) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out36++ = '-';
    *out36++ = kDigits[id.bytes[i] >> 4];
    *out36++ = kDigits[id.bytes[i] & 15];
  }
}

void write_base32(const ClickId& id, char* out26, bool upper) {
  write_base32_of(halves_of(id.bytes), out26, upper ? kBase32Upper : kBase32Lower);
}

std::string to_uuid(const ClickId& id) {
  std::string out(kUuidLength, '\0');
  write_uuid(id, out.data());
  return out;
}

std::string to_base32_upper(const ClickId& id) {
  std::string out(kBase32Length, '\0');
  write_base32(id, out.data(), true);
  return out;
}

std::string to_click_prefixed(const ClickId& id) {
  std::string out(kClickPrefix);
  out.resize(kClickPrefix.size() + kBase32Length);
  write_base32(id, out.data() + kClickPrefix.size(), false);
  return out;
}

std::optional<ClickId> parse_click_id(std::string_view text) {
  if (text.size() == kUuidLength) return parse_uuid(text);
  if (text.size() == kClickPrefix.size() + kBase32Length) {
    if (!equal_ignoring_case(text.substr(0, kClickPrefix.size()), kClickPrefix)) return std::nullopt;
    text.remove_prefix(kClickPrefix.size());
  }
  return parse_base32(text);
}

std::optional<ClickId> parse_uuid(std::string_view text) {
  if (text.size() != kUuidLength) return std::nullopt;
  std::string digits(text);
  for (const std::size_t hyphen : kHyphens) {
    if (text[hyphen] != '-') return std::nullopt;
  }
  std::erase(digits, '-');
  const auto bytes = from_hex(digits);  // refuses hyphens elsewhere: too few digits remain
  return bytes ? click_id_from_bytes(*bytes) : std::nullopt;
}

std::optional<ClickId> click_id_from_bytes(std::string_view bytes) { return copy_sixteen<ClickId>(bytes); }

bool is_uuid_v7(const ClickId& id) { return id.bytes[6] >> 4 == 7 && id.bytes[8] >> 6 == 2; }

bool has_valid_tag(const ClickId& id, const Key128& tag_key) {
  const Halves halves = halves_of(id.bytes);
  return is_uuid_v7(id) && (halves.low & kTagMask) == tag_of(halves, tag_key);
}

std::uint32_t edge_number_of(std::string_view edge_name) { return crc32c(edge_name) & 0xFFF; }

ClickIdMint::ClickIdMint(std::uint32_t edge_number, std::uint32_t worker) : edge_number_(edge_number), worker_(worker) {
  FOOTFALL_CHECK(edge_number < 4096 && worker < 64);
  random_bytes(random_state_, sizeof random_state_);
  random_state_[0] |= 1;  // xorshift must not start at zero
}

// xorshift128+: what it must be is spread, not secret; the tag is what cannot be guessed.
std::uint64_t ClickIdMint::next_random() {
  std::uint64_t a = random_state_[0];
  const std::uint64_t b = random_state_[1];
  random_state_[0] = b;
  a ^= a << 23;
  random_state_[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
  return random_state_[1] + b;
}

ClickId ClickIdMint::mint(std::int64_t wall_us, const Key128& tag_key) {
  const std::int64_t now_ms = std::max<std::int64_t>(wall_us / 1000, 0);
  rest_ += 1 + (next_random() & kStepMask);
  if (now_ms > last_ms_ || rest_ >= kRestLimit) {
    last_ms_ = std::max(now_ms, last_ms_ + 1);  // a full millisecond borrows from the next
    rest_ = next_random() >> (65 - kRestBits);  // the lower half, so that there is room to grow
  }
  Halves halves{static_cast<std::uint64_t>(last_ms_) << 16 | std::uint64_t{7} << 12 | edge_number_,
                std::uint64_t{2} << 62 | std::uint64_t{worker_} << kRestBits | rest_};
  halves.low |= tag_of(halves, tag_key);
  return from_halves(halves);
}

std::string new_public_id(std::string_view prefix) {
  ClickId id;
  random_bytes(id.bytes.data(), id.bytes.size());
  std::string out(prefix);
  out.resize(prefix.size() + kBase32Length);
  write_base32(id, out.data() + prefix.size(), false);
  return out;
}

}  // namespace footfall::wire
