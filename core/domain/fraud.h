// Fraud rules: whether a conversion that credits an affiliate looks like the affiliate's own purchase, a purchase that
// was reported already, or one of too many. A conversion that a rule catches is booked like any other and held for a
// person; nothing is refused. Each campaign has its rules. Pure: evidence in, findings out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::core {

struct FraudRules {
  bool self_referral = false;       // the buyer has the affiliate's e-mail address or network, or clicked as them
  std::int64_t duplicate_s = 0;     // the same purchase under another transaction id, within so long; 0: off
  std::int64_t velocity_count = 0;  // more conversions of one affiliate in the campaign than this …
  std::int64_t velocity_s = 3'600;  // … within so long; a count of 0: off
  bool any() const { return self_referral || duplicate_s > 0 || velocity_count > 0; }
  bool operator==(const FraudRules&) const = default;
};
// Rules of a new campaign whose dialect has them.
inline constexpr FraudRules kFraudRules{true, 86'400, 100, 3'600};
// Each conversion reads at most so many earlier ones of its affiliate.
inline constexpr std::int64_t kVelocityCountMax = 1'000;
inline constexpr std::int64_t kFraudWindowMax_s = 31 * 86'400;

// Addresses that reach the same mailbox become one text: lower case, without what follows a plus sign before the @; for
// Gmail also without full stops, and googlemail.com is gmail.com. Empty: it is no address.
std::string mailbox_of(std::string_view email);

// Whether two addresses are of one network: the same IPv4 /24 or IPv6 /48 where `kept` (4 or 16 bytes, as stored with a
// click) was truncated to that; else the same IPv4 address or IPv6 /64. `known` is text.
bool is_same_network(std::string_view kept, std::string_view known);

// What storage found of one conversion. Hashes are keyed, in hexadecimal; empty: it has no such value.
struct FraudEvidence {
  std::string buyer_hash;              // of the buyer's mailbox
  std::string network_hash;            // of the network of the click
  std::string affiliate_visitor_hash;  // of the click's visitor, who was in the portal as the affiliate; else empty
  std::vector<std::string> affiliate_emails;
  std::vector<std::string> affiliate_addresses;  // from which the affiliate used the portal or agreed to the terms
  std::string same_click, same_buyer;            // the transaction id of the same purchase, judged earlier
  std::int64_t recent = 0;                       // conversions of the affiliate in the window, without this one
};

struct FraudFinding {
  std::string_view rule = {};  // self_referral_email, …_address, …_visitor, duplicate_purchase, velocity
  std::string value = {};      // a hash; of a duplicate the transaction id that it repeats; empty: none
  std::string_view by = {};    // of a duplicate: click_id or prospect_email
  std::int64_t threshold = 0;  // of velocity
  std::int64_t window_s = 0;
};
std::vector<FraudFinding> judge_fraud(const FraudRules& rules, const FraudEvidence& evidence,
                                      std::string_view prospect_email, std::string_view click_address);

// For the audit: a JSON array with an object for each rule, and the rules' names as a text.
std::string findings_json(const std::vector<FraudFinding>& findings);
std::string findings_text(const std::vector<FraudFinding>& findings);

}  // namespace footfall::core
