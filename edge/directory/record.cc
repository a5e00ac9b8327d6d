// Records are written field by field after room for the longest length, which is put in front at the end. They are read
// by a Reader that never goes beyond the record's own length nor beyond what is available, so that bytes of a snapshot
// can be parsed as they are.
#include "edge/directory/record.h"

#include <cstring>

#include "proto/wire/link_targets.h"

namespace footfall::edge {
namespace {

constexpr std::uint8_t kStatusMask = 3;
constexpr std::uint8_t kHasExpiry = 1 << 2;
constexpr std::uint8_t kHasFallback = 1 << 3;
constexpr std::uint8_t kDeleted = 1 << 4;
constexpr std::uint8_t kTestMode = 1 << 5;
constexpr std::uint8_t kHasMore = 1 << 6;  // the rules of a link, or what is rarely set of a campaign or key

// The byte in front of a link's rules.
constexpr std::uint8_t kHasStart = 1 << 0;
constexpr std::uint8_t kIsCapped = 1 << 1;
constexpr std::uint8_t kHasTargets = 1 << 2;
constexpr std::uint8_t kNamesAffiliate = 1 << 3;

class Reader {
 public:
  Reader(const char* from, std::size_t available) : at_(from), end_(from + available) {}

  bool byte(std::uint8_t& out) {
    if (at_ == end_) return false;
    out = static_cast<std::uint8_t>(*at_++);
    return true;
  }
  bool number(std::uint64_t& out) {
    out = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto part = static_cast<std::uint8_t>(*at_++);
      out |= static_cast<std::uint64_t>(part & 0x7F) << shift;
      if (part < 0x80) return true;
    }
    return false;
  }
  bool bytes(std::size_t size, std::string_view& out) {
    if (static_cast<std::size_t>(end_ - at_) < size) return false;
    out = {at_, size};
    at_ += size;
    return true;
  }
  bool text(std::string_view& out) {
    std::uint64_t size = 0;
    return number(size) && bytes(size, out);
  }
  bool at_end() const { return at_ == end_; }
  const char* at() const { return at_; }
  // Nothing is read beyond `size` bytes from here.
  bool limit(std::uint64_t size) {
    if (static_cast<std::uint64_t>(end_ - at_) < size) return false;
    end_ = at_ + size;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}
void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out.append(text);
}

bool read_head(Reader& reader, const char* record, RecordHead& head, std::uint8_t& flags) {
  std::uint64_t rest = 0;
  if (!reader.number(rest) || rest > kRecordBytesMax || !reader.limit(rest)) return false;
  head.size = static_cast<std::size_t>(reader.at() - record) + rest;
  if (!reader.byte(flags) || !reader.number(head.id) || !reader.number(head.version)) return false;
  head.deleted = (flags & kDeleted) != 0;
  return true;
}

// The record is built after room for the longest length, which is then put in front.
constexpr std::size_t kLengthRoom = 3;
void start(std::string& out, std::uint8_t flags, std::uint64_t id, std::uint64_t version) {
  out.assign(kLengthRoom, '\0');
  out.push_back(static_cast<char>(flags));
  put_number(out, id);
  put_number(out, version);
}
bool finish(std::string& out) {
  const std::size_t rest = out.size() - kLengthRoom;
  if (rest > kRecordBytesMax - kLengthRoom) return false;
  char length[kLengthRoom];
  std::size_t used = 0;
  std::size_t left = rest;
  for (; left >= 0x80; left >>= 7) length[used++] = static_cast<char>(left | 0x80);
  length[used++] = static_cast<char>(left);
  out.replace(0, kLengthRoom, length, used);
  return true;
}

std::uint8_t common_flags(unsigned status, std::uint64_t expires_s, std::string_view fallback) {
  return static_cast<std::uint8_t>((status & kStatusMask) | (expires_s != 0 ? kHasExpiry : 0) |
                                   (!fallback.empty() ? kHasFallback : 0));
}

bool read_expiry_and_texts(Reader& reader, std::uint8_t flags, std::uint64_t& expires_s, std::string_view& target,
                           std::string_view& fallback) {
  expires_s = 0;
  fallback = {};
  return (!(flags & kHasExpiry) || reader.number(expires_s)) && reader.text(target) &&
         (!(flags & kHasFallback) || reader.text(fallback));
}
void put_expiry_and_texts(std::string& out, std::uint64_t expires_s, std::string_view target,
                          std::string_view fallback) {
  if (expires_s != 0) put_number(out, expires_s);
  put_text(out, target);
  if (!fallback.empty()) put_text(out, fallback);
}

std::uint8_t rule_flags(const LinkEntity& link) {
  return static_cast<std::uint8_t>((link.starts_s != 0 ? kHasStart : 0) | (link.is_capped ? kIsCapped : 0) |
                                   (!link.targets.empty() ? kHasTargets : 0) |
                                   (!link.affiliate_public_id.empty() ? kNamesAffiliate : 0));
}
void put_rules(std::string& out, const LinkEntity& link, std::uint8_t rules) {
  out.push_back(static_cast<char>(rules));
  if (rules & kHasStart) put_number(out, link.starts_s);
  if (rules & kHasTargets) put_text(out, link.targets);
  if (rules & kNamesAffiliate) put_text(out, link.affiliate_public_id);
}
bool read_rules(Reader& reader, std::uint8_t flags, LinkView& view) {
  std::uint8_t rules = 0;
  view.starts_s = 0;
  view.targets = view.affiliate_public_id = {};
  if ((flags & kHasMore) && !reader.byte(rules)) return false;
  view.is_capped = (rules & kIsCapped) != 0;
  return (!(rules & kHasStart) || reader.number(view.starts_s)) &&
         (!(rules & kHasTargets) || reader.text(view.targets)) &&
         (!(rules & kNamesAffiliate) || reader.text(view.affiliate_public_id));
}

}  // namespace

bool parse_head(const char* record, std::size_t available, RecordHead& out) {
  Reader reader(record, available);
  std::uint8_t flags = 0;
  return read_head(reader, record, out, flags);
}

bool parse_link(const char* record, std::size_t available, LinkRecord& out) {
  Reader reader(record, available);
  std::uint8_t flags = 0;
  if (!read_head(reader, record, out.head, flags)) return false;
  if (out.head.deleted) return reader.at_end();
  std::uint64_t host = 0;
  LinkView& view = out.view;
  if (!reader.text(view.code) || !reader.number(host) || !reader.number(view.campaign.value) ||
      !reader.number(view.affiliate.value) ||
      !read_expiry_and_texts(reader, flags, view.expires_s, view.target, view.fallback) ||
      !read_rules(reader, flags, view)) {
    return false;
  }
  out.host = static_cast<std::uint32_t>(host);
  view.id.value = out.head.id;
  view.status = static_cast<LinkStatus>(flags & kStatusMask);
  return host <= UINT32_MAX && reader.at_end();
}

bool parse_campaign(const char* record, std::size_t available, CampaignRecord& out) {
  Reader reader(record, available);
  std::uint8_t flags = 0;
  if (!read_head(reader, record, out.head, flags)) return false;
  if (out.head.deleted) return reader.at_end();
  CampaignView& view = out.view;
  view.public_id = view.deep_link_hosts = {};
  std::uint8_t dialect = 0;
  if (!reader.byte(dialect) || !reader.number(view.account.value) ||
      !read_expiry_and_texts(reader, flags, view.expires_s, view.target, view.fallback) ||
      !reader.text(view.click_parameter) ||
      ((flags & kHasMore) && !(reader.text(view.public_id) && reader.text(view.deep_link_hosts)))) {
    return false;
  }
  view.id.value = out.head.id;
  view.mode = flags & kTestMode ? wire::Mode::test : wire::Mode::live;
  view.dialect = static_cast<wire::Dialect>(dialect);
  view.status = static_cast<CampaignStatus>(flags & kStatusMask);
  return reader.at_end();
}

bool parse_key(const char* record, std::size_t available, KeyRecord& out) {
  Reader reader(record, available);
  std::uint8_t flags = 0;
  if (!read_head(reader, record, out.head, flags)) return false;
  if (out.head.deleted) return reader.at_end();
  KeyView& view = out.view;
  std::uint64_t rate = 0;
  view.origin_hosts = {};
  if (!reader.bytes(sizeof(Digest256), out.hash) || !reader.number(view.account.value) || !reader.number(rate) ||
      !reader.text(view.link_host) || ((flags & kHasMore) && !reader.text(view.origin_hosts))) {
    return false;
  }
  view.id.value = out.head.id;
  view.mode = flags & kTestMode ? wire::Mode::test : wire::Mode::live;
  view.clicks_per_minute = static_cast<std::uint32_t>(rate);
  return rate <= UINT32_MAX && reader.at_end();
}

bool pack_link(const LinkEntity& link, std::uint32_t host, std::string& out) {
  if (link.code.empty() || link.code.size() > kCodeBytesMax || link.target.size() > kRecordBytesMax ||
      link.fallback.size() > kRecordBytesMax || link.affiliate_public_id.size() > kRecordBytesMax ||
      !wire::are_link_targets(link.targets)) {
    return false;
  }
  const std::uint8_t rules = rule_flags(link);
  std::uint8_t flags = common_flags(static_cast<unsigned>(link.status), link.expires_s, link.fallback);
  if (rules != 0) flags |= kHasMore;
  start(out, flags, link.id, link.version);
  put_text(out, link.code);
  put_number(out, host);
  put_number(out, link.campaign);
  put_number(out, link.affiliate);
  put_expiry_and_texts(out, link.expires_s, link.target, link.fallback);
  if (rules != 0) put_rules(out, link, rules);
  return finish(out);
}

bool pack_campaign(const CampaignEntity& campaign, std::string& out) {
  if (campaign.target.size() > kRecordBytesMax || campaign.fallback.size() > kRecordBytesMax ||
      campaign.click_parameter.size() > kRecordBytesMax || campaign.public_id.size() > kRecordBytesMax ||
      campaign.deep_link_hosts.size() > kRecordBytesMax) {
    return false;
  }
  const bool has_more = !campaign.public_id.empty() || !campaign.deep_link_hosts.empty();
  std::uint8_t flags = common_flags(static_cast<unsigned>(campaign.status), campaign.expires_s, campaign.fallback);
  if (campaign.mode == wire::Mode::test) flags |= kTestMode;
  if (has_more) flags |= kHasMore;
  start(out, flags, campaign.id, campaign.version);
  out.push_back(static_cast<char>(campaign.dialect));
  put_number(out, campaign.account);
  put_expiry_and_texts(out, campaign.expires_s, campaign.target, campaign.fallback);
  put_text(out, campaign.click_parameter);
  if (has_more) {
    put_text(out, campaign.public_id);
    put_text(out, campaign.deep_link_hosts);
  }
  return finish(out);
}

bool pack_key(const KeyEntity& key, std::string& out) {
  if (key.link_host.size() > kHostBytesMax || key.origin_hosts.size() > kRecordBytesMax) return false;
  const std::uint8_t more = key.origin_hosts.empty() ? 0 : kHasMore;
  start(out, (key.mode == wire::Mode::test ? kTestMode : 0) | more, key.id, key.version);
  out.append(as_view(key.hash));
  put_number(out, key.account);
  put_number(out, key.clicks_per_minute);
  put_text(out, key.link_host);
  if (more != 0) put_text(out, key.origin_hosts);
  return finish(out);
}

void pack_tombstone(std::uint64_t id, std::uint64_t version, std::string& out) {
  start(out, kDeleted, id, version);
  finish(out);
}

}  // namespace footfall::edge
