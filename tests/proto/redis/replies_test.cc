#include <gtest/gtest.h>

#include <deque>

#include "proto/redis/client.h"

namespace footfall::redis {
namespace {

class CannedRedis final : public Redis {
 public:
  Result<Reply> command(const Arguments& arguments, std::int64_t extra_wait_ms) override {
    sent.emplace_back(arguments.begin(), arguments.end());
    extra_waits.push_back(extra_wait_ms);
    Reply reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }
  Result<std::vector<Reply>> pipeline(std::span<const Arguments> commands) override {
    std::vector<Reply> answered;
    for (const Arguments& arguments : commands) answered.push_back(*command(arguments, 0));
    return answered;
  }
  bool connected() const override { return true; }

  std::deque<Reply> replies;
  std::vector<std::vector<std::string>> sent;
  std::vector<std::int64_t> extra_waits;
};

Reply text(std::string value) { return {Reply::Kind::text, 0, std::move(value), {}}; }
Reply array(std::vector<Reply> elements) { return {Reply::Kind::array, 0, {}, std::move(elements)}; }

TEST(ParseUrl, takes_every_part) {
  const auto options = parse_url("redis://ann:p%40ss%2F@redis.example:6380/3");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->host, "redis.example");
  EXPECT_EQ(options->port, 6380);
  EXPECT_EQ(options->username, "ann");
  EXPECT_EQ(options->password, "p@ss/");
  EXPECT_EQ(options->database, 3);
}

TEST(ParseUrl, has_defaults) {
  for (const char* url : {"redis://h", "redis://h/", "redis://h:6379", "redis://h:6379/0"}) {
    const auto options = parse_url(url);
    ASSERT_TRUE(options) << url;
    EXPECT_EQ(options->host, "h");
    EXPECT_EQ(options->port, 6379);
    EXPECT_EQ(options->database, 0);
    EXPECT_EQ(options->password, "");
  }
  EXPECT_EQ(parse_url("redis://[::1]:7000")->host, "::1");
  EXPECT_EQ(parse_url("redis://[::1]:7000")->port, 7000);
  EXPECT_EQ(parse_url("redis://:secret@h")->password, "secret");
}

TEST(ParseUrl, refuses_what_it_does_not_understand_and_never_repeats_it) {
  for (const char* url : {"", "h:6379", "rediss://h", "redis://", "redis://:6379", "redis://h:", "redis://h:0",
                          "redis://h:65536", "redis://h:1x", "redis://h/x", "redis://h/-1", "redis://h/1/2",
                          "redis://hunter2@h", "redis://u:@h", "redis://[::1", "redis://[::1]x"}) {
    const auto options = parse_url(url);
    ASSERT_FALSE(options) << url;
    EXPECT_EQ(options.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(ReadStream, reads_entries_and_waits_as_long_as_it_blocks) {
  CannedRedis redis;
  redis.replies.push_back(array({array({text("key"), array({array({text("1-1"), array({text("b"), text("x")})}),
                                                            array({text("1-2"), array({text("b"), text("y")})})})})}));
  const auto entries = read_stream(redis, "key", "0-0", 10, 250);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[1].id, "1-2");
  EXPECT_EQ(find_field((*entries)[1], "b"), "y");
  EXPECT_EQ(find_field((*entries)[1], "c"), "");
  EXPECT_EQ(redis.sent[0], (std::vector<std::string>{"XREAD", "COUNT", "10", "BLOCK", "250", "STREAMS", "key", "0-0"}));
  EXPECT_EQ(redis.extra_waits[0], 250);
}

TEST(ReadStream, nothing_is_no_error_but_nonsense_is) {
  CannedRedis redis;
  redis.replies.push_back({});
  EXPECT_TRUE(read_stream(redis, "key", "0-0", 10, 0)->empty());
  EXPECT_EQ(redis.sent[0], (std::vector<std::string>{"XREAD", "COUNT", "10", "STREAMS", "key", "0-0"}));
  for (const Reply& nonsense :
       {text("x"), array({}), array({array({text("key")})}), array({array({text("key"), array({text("x")})})}),
        array({array({text("key"), array({array({text("1-1"), array({text("odd")})})})})})}) {
    redis.replies.push_back(nonsense);
    EXPECT_FALSE(read_stream(redis, "key", "0-0", 10, 0));
  }
  redis.replies.push_back({Reply::Kind::error, 0, "WRONGTYPE", {}});
  const auto failed = read_stream(redis, "key", "0-0", 10, 0);
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().retryable);
}

TEST(WaitForEntries, names_the_streams_that_hold_something_beyond_their_cursor) {
  CannedRedis redis;
  const auto stream = [](std::string key, std::string id) {
    return array({text(std::move(key)), array({array({text(std::move(id)), array({text("b"), text("x")})})})});
  };
  const StreamCursor cursors[] = {{"ticks", "$"}, {"clicks", "1-4"}};
  redis.replies.push_back(array({stream("clicks", "1-9")}));
  const auto found = wait_for_entries(redis, cursors, 200);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].key, "clicks");
  EXPECT_EQ((*found)[0].after, "1-9");
  EXPECT_EQ(redis.sent[0], (std::vector<std::string>{"XREAD", "COUNT", "1", "BLOCK", "200", "STREAMS", "ticks",
                                                     "clicks", "$", "1-4"}));
  EXPECT_EQ(redis.extra_waits[0], 200);
  redis.replies.push_back(array({stream("ticks", "5-0"), stream("clicks", "1-9")}));
  EXPECT_EQ(wait_for_entries(redis, cursors, 200)->size(), 2u);
  redis.replies.push_back({});
  EXPECT_TRUE(wait_for_entries(redis, cursors, 0)->empty());
  EXPECT_EQ(redis.sent[2][4], "1") << "0 would wait for ever";
  for (const Reply& nonsense : {text("x"), array({array({text("key")})}), array({array({text("key"), array({})})})}) {
    redis.replies.push_back(nonsense);
    EXPECT_FALSE(wait_for_entries(redis, cursors, 1));
  }
}

TEST(HashAll, reads_pairs) {
  CannedRedis redis;
  redis.replies.push_back(array({text("a"), text("1"), text("b"), text("2")}));
  EXPECT_EQ(read_hash(redis, "h")->at(1).second, "2");
  redis.replies.push_back(array({text("a")}));
  EXPECT_FALSE(read_hash(redis, "h"));
}

TEST(HashAll, reads_several_in_their_order) {
  CannedRedis redis;
  redis.replies.push_back(array({text("a"), text("1")}));
  redis.replies.push_back(array({}));
  const auto hashes = read_hashes(redis, {"g", "h"});
  ASSERT_TRUE(hashes);
  EXPECT_EQ(*hashes, (std::vector<HashFields>{{{"a", "1"}}, {}}));
  EXPECT_EQ(redis.sent, (std::vector<std::vector<std::string>>{{"HGETALL", "g"}, {"HGETALL", "h"}}));
  redis.replies.push_back(array({}));
  redis.replies.push_back(array({text("a")}));
  EXPECT_FALSE(read_hashes(redis, {"g", "h"}));
}

}  // namespace
}  // namespace footfall::redis
