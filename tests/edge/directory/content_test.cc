// Records, and what a content makes of entities in whatever order they come (PROTOCOL.md 15).
#include <gtest/gtest.h>

#include "edge/directory/content.h"
#include "edge/directory/entity_codec.h"
#include "proto/wire/link_targets.h"
#include "tests/edge/directory/builders.h"

namespace footfall::edge {
namespace {

using testing::deleted_link;
using testing::link;

std::string target_of(const DirectoryContent& content, std::string_view code) {
  const auto found = content.find_link("c.localhost", code);
  return found ? std::string(found->target) : "none";
}

TEST(Content, KeepsEveryFieldOfALink) {
  DirectoryContent content;
  std::string targets;
  wire::append_link_target(targets, {.devices = wire::kMobile, .countries = "DE", .url = "https://m.example/"});
  content.apply(LinkEntity{.id = 1ull << 40,
                           .version = 9,
                           .deleted = false,
                           .host = "go.shop.example",
                           .code = "summer",
                           .campaign = 1ull << 33,
                           .affiliate = 5,
                           .status = LinkStatus::paused,
                           .is_capped = true,
                           .starts_s = 1'800'000'000,
                           .expires_s = 1'900'000'000,
                           .target = "https://a.example/?x=1",
                           .fallback = "https://b.example/",
                           .targets = targets,
                           .affiliate_public_id = "aff_1"});
  const auto found = content.find_link("go.shop.example", "SumMer");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id.value, 1ull << 40);
  EXPECT_EQ(found->campaign.value, 1ull << 33);
  EXPECT_EQ(found->affiliate.value, 5u);
  EXPECT_EQ(found->status, LinkStatus::paused);
  EXPECT_EQ(found->expires_s, 1'900'000'000u);
  EXPECT_EQ(found->target, "https://a.example/?x=1");
  EXPECT_EQ(found->fallback, "https://b.example/");
  EXPECT_TRUE(found->is_capped);
  EXPECT_EQ(found->starts_s, 1'800'000'000u);
  EXPECT_EQ(found->code, "summer");
  EXPECT_EQ(found->targets, targets);
  EXPECT_EQ(found->affiliate_public_id, "aff_1");
}

TEST(Content, ALinkWithoutRulesTakesNoByteForThem) {
  std::string plain, ruled;
  LinkEntity entity{.id = 1,
                    .version = 1,
                    .host = "c.localhost",
                    .code = "abc",
                    .campaign = 1,
                    .target = "https://a/",
                    .fallback = {}};
  ASSERT_TRUE(pack_link(entity, 0, plain));
  entity.starts_s = 1;
  ASSERT_TRUE(pack_link(entity, 0, ruled));
  EXPECT_EQ(ruled.size(), plain.size() + 2);
  LinkRecord record;
  ASSERT_TRUE(parse_link(ruled.data(), ruled.size(), record));
  EXPECT_EQ(record.view.starts_s, 1u);
  ASSERT_TRUE(parse_link(plain.data(), plain.size(), record));  // into the same object: nothing is left of the other
  EXPECT_EQ(record.view.starts_s, 0u);
  entity.targets = "malformed";
  EXPECT_FALSE(pack_link(entity, 0, ruled));
}

TEST(Content, FindsALinkByHostAndFoldedCodeOnly) {
  DirectoryContent content;
  content.apply(link(1, 1, "abc"));
  EXPECT_TRUE(content.find_link("c.localhost", "ABC"));
  EXPECT_FALSE(content.find_link("d.localhost", "abc"));
  EXPECT_FALSE(content.find_link("c.localhost", "abcd"));
  EXPECT_FALSE(content.find_link("c.localhost", ""));
  EXPECT_FALSE(content.find_link("c.localhost", std::string(kCodeBytesMax + 1, 'a')));
  EXPECT_FALSE(content.find_link(std::string(kHostBytesMax + 1, 'a'), "abc"));
}

TEST(Content, KeepsEveryFieldOfACampaignAndAKey) {
  DirectoryContent content;
  content.apply(CampaignEntity{.id = 7,
                               .version = 1,
                               .account = 3,
                               .mode = wire::Mode::test,
                               .dialect = wire::Dialect::affspace,
                               .status = CampaignStatus::draft,
                               .expires_s = 17,
                               .target = "https://t.example/",
                               .fallback = "https://f.example/",
                               .click_parameter = "cid",
                               .public_id = "cmp_1",
                               .deep_link_hosts = "shop.example"});
  const auto campaign = content.find_campaign({7});
  ASSERT_TRUE(campaign);
  EXPECT_EQ(campaign->account.value, 3u);
  EXPECT_EQ(campaign->mode, wire::Mode::test);
  EXPECT_EQ(campaign->dialect, wire::Dialect::affspace);
  EXPECT_EQ(campaign->status, CampaignStatus::draft);
  EXPECT_EQ(campaign->expires_s, 17u);
  EXPECT_EQ(campaign->target, "https://t.example/");
  EXPECT_EQ(campaign->fallback, "https://f.example/");
  EXPECT_EQ(campaign->click_parameter, "cid");
  EXPECT_EQ(campaign->public_id, "cmp_1");
  EXPECT_EQ(campaign->deep_link_hosts, "shop.example");
  EXPECT_FALSE(content.find_campaign({8}));

  const Digest256 hash = sha256("pk_1");
  content.apply(KeyEntity{.id = 2,
                          .version = 1,
                          .hash = hash,
                          .account = 3,
                          .mode = wire::Mode::test,
                          .clicks_per_minute = 1000,
                          .link_host = "c.localhost"});
  const auto key = content.find_key(hash);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id.value, 2u);
  EXPECT_EQ(key->account.value, 3u);
  EXPECT_EQ(key->mode, wire::Mode::test);
  EXPECT_EQ(key->clicks_per_minute, 1000u);
  EXPECT_EQ(key->link_host, "c.localhost");
  EXPECT_FALSE(content.find_key(sha256("pk_2")));
}

TEST(Content, NeverAppliesAnOlderVersion) {
  DirectoryContent content;
  EXPECT_EQ(content.apply(link(1, 5, "abc", "new")), Applied::applied);
  EXPECT_EQ(content.apply(link(1, 4, "abc", "old")), Applied::older);
  EXPECT_EQ(target_of(content, "abc"), "new");
  EXPECT_EQ(content.apply(link(1, 5, "abc", "new")), Applied::unchanged);

  content.apply(SecretsEntity{.version = 2, .keys = {.tag_key = {2}, .draw_key = {}}});
  EXPECT_EQ(content.apply(SecretsEntity{.version = 1, .keys = {}}), Applied::older);
  EXPECT_EQ(content.secrets()->keys.tag_key[0], 2);
}

TEST(Content, ADeletionIsATombstoneThatAnOlderStateCannotRaise) {
  DirectoryContent content;
  content.apply(link(1, 1, "abc"));
  content.apply(deleted_link(1, 3));
  EXPECT_EQ(target_of(content, "abc"), "none");
  EXPECT_EQ(content.links(), 0u);
  EXPECT_EQ(content.apply(link(1, 2, "abc")), Applied::older);
  EXPECT_EQ(target_of(content, "abc"), "none");
  EXPECT_EQ(content.apply(deleted_link(2, 3)), Applied::applied) << "even of what was never seen";
  EXPECT_EQ(content.apply(link(2, 2, "def")), Applied::older);

  const Digest256 hash = sha256("pk_1");
  content.apply(KeyEntity{.id = 1, .version = 1, .hash = hash, .link_host = {}});
  content.apply(KeyEntity{.id = 1, .version = 2, .deleted = true, .hash = hash, .link_host = {}});
  EXPECT_FALSE(content.find_key(hash));
  content.apply(KeyEntity{.id = 1, .version = 3, .hash = hash, .link_host = {}});
  EXPECT_TRUE(content.find_key(hash)) << "its account was opened again";
}

TEST(Content, TombstonesAreBounded) {
  DirectoryContent content;
  for (std::uint64_t id = 1; id <= EntityTable::kTombstonesMax + 10; ++id) content.apply(deleted_link(id, 2));
  EXPECT_EQ(content.apply(link(1, 1, "first")), Applied::applied) << "the oldest was dropped";
  EXPECT_EQ(content.apply(link(EntityTable::kTombstonesMax + 10, 1, "last")), Applied::older);
}

TEST(Content, ARenamedLinkIsFoundByItsNewCodeOnly) {
  DirectoryContent content;
  content.apply(link(1, 1, "old"));
  content.apply(link(1, 2, "new"));
  EXPECT_EQ(target_of(content, "old"), "none");
  EXPECT_NE(target_of(content, "new"), "none");
  EXPECT_EQ(content.links(), 1u);
}

TEST(Content, ACodeThatPassedToAnotherLinkStaysWithItInAnyOrder) {
  DirectoryContent content;
  content.apply(link(2, 1, "abc", "second"));  // from a snapshot page read late …
  content.apply(link(1, 3, "abc", "first"));   // … and the changes before it, again
  content.apply(deleted_link(1, 4));
  content.apply(link(2, 1, "abc", "second"));
  EXPECT_EQ(target_of(content, "abc"), "second");

  DirectoryContent other;
  other.apply(link(1, 1, "abc", "first"));
  other.apply(link(2, 1, "abc", "second"));
  EXPECT_EQ(target_of(other, "abc"), "second") << "the later claim wins before the earlier link is deleted, too";
  other.apply(deleted_link(1, 2));
  EXPECT_EQ(target_of(other, "abc"), "second");
}

TEST(Content, RefusesWhatDoesNotFitAndKeepsWhatItHas) {
  DirectoryContent content;
  content.apply(link(1, 1, "abc", "kept"));
  EXPECT_EQ(content.apply(link(1, 2, "abc", std::string(kRecordBytesMax, 'x'))), Applied::refused);
  EXPECT_EQ(content.apply(link(2, 1, "")), Applied::refused);
  EXPECT_EQ(content.apply(link(2, 1, std::string(kCodeBytesMax + 1, 'x'))), Applied::refused);
  EXPECT_EQ(target_of(content, "abc"), "kept");
}

TEST(Record, TruncationAtEveryByteIsMalformed) {
  std::string record;
  ASSERT_TRUE(pack_link(link(300, 200, "abc", std::string(200, 't')), 5, record));
  LinkRecord parsed;
  EXPECT_TRUE(parse_link(record.data(), record.size(), parsed));
  EXPECT_EQ(parsed.head.size, record.size());
  for (std::size_t size = 0; size < record.size(); ++size) {
    const std::string cut = record.substr(0, size);
    EXPECT_FALSE(parse_link(cut.data(), cut.size(), parsed)) << size;
  }
}

TEST(Codec, WhatThisEdgeDoesNotKnowIsSkippedAndWhatIsUnknownCreditsNothing) {
  schema::DirectoryChunk chunk;
  *chunk.add_entities() = testing::link_message(1, 1, "abc");
  chunk.mutable_entities(0)->mutable_link()->set_status(9);
  chunk.add_entities();  // of no kind
  *chunk.add_entities() = testing::secrets_message();
  chunk.mutable_entities(2)->mutable_secrets()->set_tag_key("short");
  std::vector<bool> known;
  ASSERT_TRUE(decode_chunk(chunk.SerializeAsString(), [&](const DirectoryEntity* entity) {
    known.push_back(entity != nullptr);
    if (known.size() == 1) {
      EXPECT_EQ(std::get<LinkEntity>(*entity).status, LinkStatus::archived);
    }
  }));
  EXPECT_EQ(known, (std::vector<bool>{true, false, false}));
  EXPECT_FALSE(decode_chunk("\xFF\xFF", [](const DirectoryEntity*) { FAIL(); }));
}

}  // namespace
}  // namespace footfall::edge
