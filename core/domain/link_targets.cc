// A line is read word by word: words with a condition's name and "=" in front of them, then the URL, which takes the
// rest of the line. What is stored is written from the checked parts, so reading it back needs no second judgement.
#include "core/domain/link_targets.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "core/domain/target_url.h"
#include "proto/base/bytes.h"
#include "proto/wire/link_targets.h"

namespace footfall::core {
namespace {

struct DeviceName {
  std::string_view name;
  std::uint8_t bit;
};
constexpr std::array<DeviceName, 5> kDevices = {{{"desktop", wire::kDesktop},
                                                 {"mobile", wire::kMobile},
                                                 {"tablet", wire::kTablet},
                                                 {"ios", wire::kIos},
                                                 {"android", wire::kAndroid}}};

struct Target {
  std::uint8_t devices = 0;
  std::set<std::string> countries;
  std::uint16_t weight = 1;
  std::string url;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

Result<void> read_devices(Target& target, std::string_view value) {
  for (const std::string_view word : split(value, ',')) {
    const auto known = std::ranges::find_if(
        kDevices, [word](const DeviceName& device) { return equal_ignoring_case(device.name, word); });
    if (known == kDevices.end()) {
      return invalid("\"" + std::string(word) + "\" is no device: desktop, mobile, tablet, ios or android");
    }
    target.devices |= known->bit;
  }
  return {};
}

Result<void> read_countries(Target& target, std::string_view value) {
  for (const std::string_view word : split(value, ',')) {
    std::string country(word);
    for (char& c : country) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const bool is_code =
        country.size() == 2 && std::ranges::all_of(country, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_code) return invalid("\"" + std::string(word) + "\" is no country: two letters, such as DE or US");
    target.countries.insert(std::move(country));
  }
  if (target.countries.size() > wire::kTargetCountriesMax) return invalid("a target names at most 255 countries");
  return {};
}

Result<void> read_weight(Target& target, std::string_view value) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), target.weight);
  if (error != std::errc{} || end != value.data() + value.size() || target.weight == 0 ||
      target.weight > wire::kTargetWeightMax) {
    return invalid("a target's weight is a number from 1 to 1000");
  }
  return {};
}

Result<Target> parse_line(std::string_view line) {
  Target target;
  line = trim(line);
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    Result<void> read;
    if (word.starts_with("device=")) {
      read = read_devices(target, word.substr(7));
    } else if (word.starts_with("country=")) {
      read = read_countries(target, word.substr(8));
    } else if (word.starts_with("weight=")) {
      read = read_weight(target, word.substr(7));
    } else {
      auto url = parse_target_url(line);
      if (!url) {
        return invalid("the target \"" + std::string(line) + "\": " + url.error().message +
                       "; in front of it may stand device=…, country=… and weight=…, separated by blanks");
      }
      target.url = url->text;
      return target;
    }
    if (!read) return Failure(read.error());
    line = trim(line.substr(word.size()));
  }
  return invalid("a target lacks its URL: device=mobile country=DE,AT weight=3 https://shop.example/m");
}

std::string written(const Target& target) {
  std::string line;
  std::string_view separator = "device=";
  for (const DeviceName& device : kDevices) {
    if ((target.devices & device.bit) == 0) continue;
    line.append(separator).append(device.name);
    separator = ",";
  }
  separator = line.empty() ? "country=" : " country=";
  for (const std::string& country : target.countries) {
    line.append(separator).append(country);
    separator = ",";
  }
  if (target.weight != 1) line.append(line.empty() ? "" : " ").append("weight=" + std::to_string(target.weight));
  return line.append(line.empty() ? "" : " ").append(target.url);
}

}  // namespace

Result<std::string> parse_link_targets(const std::vector<std::string>& lines) {
  if (lines.size() > wire::kLinkTargetsMax) return invalid("a link has at most 32 targets of its own conditions");
  std::string stored;
  for (const std::string& line : lines) {
    auto target = parse_line(line);
    if (!target) return Failure(target.error());
    if (!stored.empty()) stored += '\n';
    stored += written(*target);
  }
  if (pack_link_targets(stored).size() > wire::kLinkTargetsBytesMax) {
    return invalid("the targets of a link take more than 16 KiB; make them fewer or shorter");
  }
  return stored;
}

std::string pack_link_targets(std::string_view stored) {
  std::string packed;
  for (const std::string& line : link_target_lines(stored)) {
    const auto target = parse_line(line);
    if (!target) continue;  // stored by a later version, or by hand: the link's own target counts
    std::string countries;
    for (const std::string& country : target->countries) countries += country;
    wire::append_link_target(
        packed, {.devices = target->devices, .countries = countries, .weight = target->weight, .url = target->url});
  }
  return packed;
}

std::vector<std::string> link_target_lines(std::string_view stored) {
  std::vector<std::string> lines;
  if (stored.empty()) return lines;
  for (const std::string_view line : split(stored, '\n')) lines.emplace_back(line);
  return lines;
}

}  // namespace footfall::core
