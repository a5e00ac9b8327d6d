// The names of all actions, for the test that asks each of them for what lies outside of the caller's reach.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

namespace footfall::core {

// Not actions: what they are made of; and those that say, on purpose, whether the account's other mode, or another
// account, has a thing (tests/blackbox/test_selgeo_audit.py, test_affily_conversions.py).
inline const std::set<std::string> kParts = {"record_change",
                                             "local_day_of",
                                             "join_inside",
                                             "create_account_inside",
                                             "insert_dashboard_user_inside",
                                             "change_standing",
                                             "is_conversion_of_other_mode",
                                             "is_click_of_other_mode",
                                             "is_conversion_of_another",
                                             "book_payment",
                                             "book_refund",
                                             "apply_dispute",
                                             "take_step",
                                             "hold_conversion",
                                             "book_alone",
                                             "take_stripe_refund",
                                             "reverse_refunded",
                                             "correct_conversion"};

// Every function that takes a Caller, read from the headers.
inline std::set<std::string> declared_actions() {
  std::set<std::string> names;
  constexpr std::string_view kFirst = "(Database& database,", kSecond = "const Caller& caller";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FOOTFALL_ACTIONS_FOLDER)) {
    if (entry.path().extension() != ".h") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t at = 0; (at = text.find(kFirst, at)) != std::string::npos; at += kFirst.size()) {
      const std::size_t next = text.find_first_not_of(" \n", at + kFirst.size());
      const std::string name = text.substr(text.rfind(' ', at) + 1, at - text.rfind(' ', at) - 1);
      if (text.compare(next, kSecond.size(), kSecond) == 0 && !kParts.contains(name)) names.insert(name);
    }
  }
  return names;
}

}  // namespace footfall::core
