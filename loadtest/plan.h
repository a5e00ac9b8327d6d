// What the open-loop generator is asked to do: its command line, and the requests that follow from it. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::loadtest {

enum class Kind : std::uint8_t { redirect, post, conversion };
inline constexpr std::size_t kKinds = 3;
inline constexpr std::array<std::string_view, kKinds> kKindNames = {"redirect", "post", "conversion"};

using ClickId = std::array<std::uint8_t, 16>;

struct Plan {
  std::uint16_t port = 0;
  double rate_per_s = 1000;
  double seconds = 10;
  double warmup_s = 2;  // its requests are counted and kept, but not timed
  std::size_t connections_max = 256;
  bool poisson = false;  // arrivals: at even distances, or at random
  bool keep_alive = true;
  bool spin = true;              // stay awake for departures that are near; false: leave the core to others
  std::int64_t rest_us = 1'000;  // at a time, of one that does not spin; below a second
  std::array<double, kKinds> mix = {1, 0, 0};
  std::vector<std::string> codes;
  double zipf = 1.0;
  std::string short_host = "c.localhost";
  std::string api_host = "selgeo.localhost";
  std::string public_key;
  std::string secret_key;
  std::string offer;             // conversions are Affily's, of this offer; empty: Selgeo's
  std::string run;               // makes transaction ids unique
  std::string ids_path;          // acknowledged clicks go here, one UUID a line; empty: answers are not read
  std::string conversions_path;  // acknowledged conversions
  std::string json_path;
  std::int64_t patience_ms = 10'000;  // for what is still open at the end

  // The plan, or what is wrong with the command line.
  static Plan parse(int argc, char** argv, std::string& problem);
};

// xoshiro256++: good enough to choose codes by, and costs nothing.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  std::uint64_t bits();
  double share() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }  // [0, 1)

 private:
  std::array<std::uint64_t, 4> state_;
};

// Writes requests. The k-th most popular code is asked for with a weight of 1/k^zipf.
class Requests {
 public:
  explicit Requests(const Plan& plan);

  Kind choose();
  void write(std::string& out, Kind kind, const ClickId* click);
  Random& random() { return random_; }

 private:
  const std::string& code();
  void begin_conversion(std::string& out, std::string& body, const ClickId& click);

  const Plan& plan_;
  Random random_{20'240'117};
  std::vector<double> cumulated_;
  std::array<double, kKinds> mix_{};
  std::string tail_;  // header lines that all have
  std::uint64_t conversions_ = 0;
};

std::string format_click_id(const ClickId& id);
// From the beginning of `text`, which goes on: a UUID, or "click_…" as Affily has it.
bool parse_click_id(std::string_view text, ClickId& id);

}  // namespace footfall::loadtest
