// Everything that looks at, or moves, what runs: migrations, clicks, streams, dead letters, directory, edges.
#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include "core/cli/click_export.h"
#include "core/domain/csv.h"
#include "core/storage/partitions.h"
#include "proto/base/bytes.h"
#include "proto/redis/client.h"
#include "proto/schema/click.pb.h"
#include "proto/wire/click.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"
#include "tests/core/cli/command_line.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kNow_us = 1'750'000'000'000'000;

class Operation : public CommandLine {
 protected:
  Database database_{url_};
  wire::ClickIdMint mint_{7, 1};
  wire::Incarnation incarnation_ = wire::Incarnation::random();
  std::string campaign_, affiliate_, link_;

  void SetUp() override {
    json({"migrate"});
    const auto account = text(json({"account", "create", "--dialect", "affily", "--name", "Acme"}).at("id"));
    campaign_ = text(json({"campaign", "create", "--account", account, "--name", "Sale", "--target",
                           "https://shop.example/", "--commission", "10%"})
                         .at("id"));
    const auto joined =
        json({"affiliate", "join", "--campaign", campaign_, "--email", "j@example.com", "--code", "jane"});
    affiliate_ = text(joined.at("affiliate").at("id"));
    link_ = text(joined.at("link").at("id"));
    must(database_.query(
        "insert into streams (incarnation, edge, edge_number, position, head) values ($1, 'e1', 7, 90, 100)",
        {bytea(incarnation_.view())}));
    ASSERT_TRUE(ensure_partition(database_, kNow_us / 86'400'000'000).has_value());
  }
  static void must(const Result<Rows>& rows) { ASSERT_TRUE(rows.has_value()) << rows.error().message; }

  // Stores a click `offset_s` after kNow_us.
  wire::ClickId store(std::int64_t offset_s, std::uint32_t verdict = 0, const std::string& agent = "Mozilla") {
    const auto id = mint_.mint(kNow_us + offset_s * 1'000'000, Key128{});
    must(database_.query(
        "insert into clicks (id, account_id, mode, received_at, campaign_id, affiliate_id, link_id, verdict, "
        "is_unique, "
        "source, visitor, ip, user_agent, sub1, utm, stream_id, number) select $1, c.account_id, 0, $2, c.id, "
        "l.affiliate_id, l.id, $3, true, 0, $4, $5, $6, 'a,\"b\"', '{\"utm_source\":\"news\"}', 1, $7 "
        "from links l join campaigns c on c.id = l.campaign_id where l.code = 'jane'",
        {wire::to_uuid(id), timestamp_us(kNow_us + offset_s * 1'000'000), static_cast<int>(verdict),
         bytea(std::string(16, '\x01')), bytea(std::string("\xc0\x00\x02\x00", 4)), agent, offset_s}));
    return id;
  }
};

TEST_F(Operation, MigrateReportsAndRepeats) {
  const auto again = json({"migrate"});
  EXPECT_TRUE(again.at("applied").as_array().empty());
  const auto status = json({"migrate", "--status"});
  EXPECT_TRUE(status.at("pending").as_array().empty());
  EXPECT_EQ(status.at("present"), again.at("present"));
  url_ = shared_postgres().fresh_database();
  EXPECT_TRUE(json({"migrate", "--status"}).at("present").as_array().empty());
  const auto early = run({"account", "list"});
  EXPECT_EQ(early.status, 1);
  EXPECT_NE(early.err.find("footfall-core migrate"), std::string::npos) << early.err;
}

TEST_F(Operation, ShowsAClickWithAllThatIsKnown) {
  const auto id = store(5, wire::kVerdictHead | wire::kVerdictNoAgent);
  must(
      database_.query("insert into click_conflicts select id, account_id, mode, campaign_id, affiliate_id, link_id, "
                      "received_at, 1, 77 from clicks"));
  must(database_.query(
      "insert into conversions (public_id, account_id, mode, campaign_id, click_id, attributed, reason, "
      "explanation, amount_minor, currency, commission_minor, commission_currency) select 'conv_1', "
      "account_id, 'live', campaign_id, id, true, 'click_in_window', '', 25000, 'PLN', 2500, 'PLN' "
      "from clicks"));
  for (const auto& spelling : {wire::to_uuid(id), wire::to_base32_upper(id), wire::to_click_prefixed(id)}) {
    const auto click = json({"click", "show", spelling});
    EXPECT_EQ(text(click.at("id")), wire::to_uuid(id));
    EXPECT_EQ(text(click.at("spellings").at("affily")), wire::to_click_prefixed(id));
    EXPECT_EQ(text(click.at("verdict").at(0)), "head");
    EXPECT_FALSE(click.at("counts").as_bool());
    EXPECT_EQ(text(click.at("campaign").at("id")), campaign_);
    EXPECT_EQ(text(click.at("affiliate").at("id")), affiliate_);
    EXPECT_EQ(text(click.at("link").at("code")), "jane");
    EXPECT_EQ(text(click.at("ip")), "192.0.2.0");
    EXPECT_EQ(text(click.at("utm").at("utm_source")), "news");
    EXPECT_EQ(text(click.at("stream").at("edge")), "e1");
    EXPECT_EQ(click.at("stream").at("position").to_number<std::int64_t>(), 90);
    EXPECT_EQ(click.at("conflicts").at(0).at("number").to_number<std::int64_t>(), 77);
    EXPECT_EQ(text(click.at("conversions").at(0).at("amount")), "250.00");
    EXPECT_EQ(text(click.at("conversions").at(0).at("commission")), "25.00");
  }
  EXPECT_EQ(refused({"click", "show", wire::to_uuid(mint_.mint(kNow_us, Key128{}))}), "not_found");
  EXPECT_EQ(refused({"click", "show", "click_nonsense"}), "invalid");
}

TEST_F(Operation, ExportsClicksOnceEachInOrder) {
  must(database_.query("begin"));
  for (int i = 0; i < 2500; ++i) store(i / 50, i % 5 == 0 ? wire::kVerdictBot : 0u);  // several pages, equal times
  must(database_.query("commit"));
  const auto all = run({"click", "export", "--format", "ndjson"});
  std::set<std::string> ids;
  std::string last;
  std::size_t at = 0;
  for (std::size_t end = 0; (end = all.out.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto id = text(boost::json::parse(all.out.substr(at, end - at)).at("id"));
    EXPECT_LT(last, id);
    last = id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 2500u);
  const auto lines = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"click", "export"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return std::count(outcome.out.begin(), outcome.out.end(), '\n') - 1;
  };
  EXPECT_EQ(lines({}), 2500);
  EXPECT_EQ(lines({"--net"}), 2000);
  EXPECT_EQ(lines({"--limit", "7"}), 7);
  EXPECT_EQ(lines({"--campaign", campaign_, "--affiliate", affiliate_, "--link", "jane", "--mode", "live"}), 2500);
  EXPECT_EQ(lines({"--mode", "test"}), 0);
  EXPECT_EQ(lines({"--from", "2025-06-15T15:06:50Z"}), 2000);  // kNow_us + 10 s
  EXPECT_EQ(lines({"--to", "2025-06-15T15:06:50Z"}), 500);
  EXPECT_EQ(refused({"click", "export", "--campaign", "cmp_missing"}), "not_found");
  EXPECT_EQ(refused({"click", "export", "--from", "yesterday"}), "invalid");
}

TEST_F(Operation, CsvQuotesWhatMustBeQuoted) {
  StoredClick click;
  click.user_agent = "a \"b\", c\nd";
  click.sub[0] = "plain";
  click.sub[1] = "=HYPERLINK(A1)";
  const auto line = csv_line(click);
  EXPECT_NE(line.find("\"a \"\"b\"\", c\nd\""), std::string::npos);
  EXPECT_NE(line.find(",plain,'=HYPERLINK(A1),"), std::string::npos);
  EXPECT_TRUE(line.ends_with("\r\n"));
  const auto heading = csv_heading();
  EXPECT_EQ(std::count(heading.begin(), heading.end(), ','), 27);
}

TEST(Csv, NoCellIsAFormula) {
  for (const char* formula : {"=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "-", "+1.2.3", "-1e5", "--1"}) {
    EXPECT_EQ(csv_cell(formula), "'" + std::string(formula));
  }
  EXPECT_EQ(csv_cell("=A(\"x\",1)"), "\"'=A(\"\"x\"\",1)\"");
  EXPECT_EQ(csv_cell("\rx"), "\"'\rx\"");
  for (const char* plain : {"", "a=b", "1-2", "-12", "-12.50", "+49171234", "'=x", "{}"})
    EXPECT_EQ(csv_cell(plain), plain);
}

TEST_F(Operation, ATerminalDoesNotObeyAVisitor) {
  store(1, 0, "\x1b]0;gotcha\x07");
  const auto shown = run({"click", "export", "--format", "ndjson"});
  EXPECT_EQ(shown.out.find('\x1b'), std::string::npos);
  const auto id = text(boost::json::parse(shown.out).at("id"));
  EXPECT_EQ(run({"click", "show", id}).out.find('\x1b'), std::string::npos);
}

TEST_F(Operation, StreamsAndEdges) {
  const auto stream = json({"stream", "list", "--open"}).at("streams").at(0);
  EXPECT_EQ(text(stream.at("incarnation")), incarnation_.hex());
  EXPECT_EQ(stream.at("behind").to_number<int>(), 10);
  const auto edge = json({"edge", "list"}).at("edges").at(0);  // Redis is away: the books speak
  EXPECT_EQ(text(edge.at("state")), "open");
  EXPECT_TRUE(edge.at("unstored_bytes").is_null());
  EXPECT_EQ(text(json({"edge", "retire", "e1"}).at("retired").at(0)), incarnation_.hex());
  EXPECT_EQ(text(json({"edge", "list", "--all"}).at("edges").at(0).at("state")), "retired");
  EXPECT_EQ(refused({"edge", "retire", "e1"}), "not_found");
  EXPECT_EQ(refused({"stream", "tail"}), "unavailable");
}

TEST_F(Operation, TailDecodesWhatIsOnTheWay) {
  support::PrivateRedis server;
  redis_url_ = "redis://127.0.0.1:" + std::to_string(server.port());
  auto redis = redis::make_client(*redis::parse_url(redis_url_));
  const auto encoded =
      wire::encode_heartbeat({.edge = "e1", .incarnation = incarnation_, .head = 103, .unstored_bytes = 4096});
  ASSERT_TRUE(redis->command({"HSET", wire::kIncarnationsKey, incarnation_.hex(), encoded}).has_value());
  schema::ClickBatch batch;
  batch.set_incarnation(std::string(incarnation_.view()));
  batch.set_first(101);
  batch.set_last(102);
  for (int i = 0; i < 2; ++i) {
    auto* click = batch.add_clicks();
    click->set_id(std::string(mint_.mint(kNow_us, Key128{}).view()));
    click->set_verdict(i == 0 ? 0u : std::uint32_t{wire::kVerdictHead});
    click->set_user_agent("\x1b[31m\xff");
  }
  const auto key = wire::clicks_stream_key("e1", incarnation_);
  const auto bytes = batch.SerializeAsString();
  ASSERT_TRUE(redis->command({"XADD", key, "1-102", wire::kBatchField, bytes}).has_value());
  schema::ClickBatch gone;
  gone.set_incarnation(std::string(incarnation_.view()));
  gone.set_first(103);
  gone.set_last(103);
  gone.set_void_reason(2);
  const auto void_bytes = gone.SerializeAsString();
  ASSERT_TRUE(redis->command({"XADD", key, "1-103", wire::kBatchField, void_bytes}).has_value());

  const auto tail = run({"stream", "tail", "--json"});
  ASSERT_EQ(tail.status, 0) << tail.err;
  ASSERT_EQ(std::count(tail.out.begin(), tail.out.end(), '\n'), 3);
  const auto first = boost::json::parse(tail.out.substr(0, tail.out.find('\n')));
  EXPECT_EQ(first.at("number").to_number<int>(), 101);
  EXPECT_EQ(text(first.at("verdict")), "human");
  EXPECT_NE(tail.out.find("\"void_reason\":2"), std::string::npos);
  const auto two = run({"stream", "tail", "--count", "1"});
  EXPECT_EQ(std::count(two.out.begin(), two.out.end(), '\n'), 1);
  EXPECT_EQ(run({"stream", "tail", "--edge", "other"}).out, "");
  EXPECT_EQ(json({"edge", "list"}).at("edges").at(0).at("unstored_bytes").to_number<int>(), 4096);
}

TEST_F(Operation, DeadLettersAreShownAndReplayed) {
  schema::Click click;
  click.set_id(std::string(mint_.mint(kNow_us, Key128{}).view()));
  click.set_account(1);
  must(database_.query(
      "insert into dead_letters (stream_id, number, reason, detail, raw) values (1, 5, 'time', 'too old', $1)",
      {bytea(click.SerializeAsString())}));
  must(database_.query(
      "insert into dead_letters (stream_id, number, count, reason, raw) values (1, 6, 3, 'decode', '\\xff')"));
  EXPECT_EQ(json({"stream", "dead-letters", "list"}).at("dead_letters").as_array().size(), 2u);
  EXPECT_EQ(json({"stream", "dead-letters", "list", "--reason", "time"}).at("dead_letters").as_array().size(), 1u);
  const auto letter = json({"stream", "dead-letters", "show", "1"});
  EXPECT_EQ(text(letter.at("raw")), to_hex(click.SerializeAsString()));
  EXPECT_EQ(letter.at("decoded").at("account").to_number<int>(), 1);
  EXPECT_TRUE(json({"stream", "dead-letters", "show", "2"}).at("decoded").is_null());
  EXPECT_EQ(refused({"stream", "dead-letters", "show", "3"}), "not_found");
  EXPECT_EQ(json({"stream", "dead-letters", "replay", "--reason", "time"}).at("failed").as_int64(), 1);
  json({"stream", "dead-letters", "replay", "--id", "2"});
  json({"stream", "dead-letters", "replay", "--all"});
  ASSERT_EQ(replays_.size(), 3u);
  EXPECT_EQ(replays_[0].reason, "time");
  EXPECT_EQ(replays_[1].id, 2);
  EXPECT_FALSE(replays_[2].id || replays_[2].reason);
  EXPECT_EQ(refused({"stream", "dead-letters", "replay"}), "invalid");
  EXPECT_EQ(refused({"stream", "dead-letters", "replay", "--all", "--id", "1"}), "invalid");
}

TEST_F(Operation, TheDirectory) {
  const auto before = json({"directory", "version"});
  EXPECT_GT(before.at("changes_waiting").to_number<int>(), 0);
  EXPECT_TRUE(before.at("redis").is_null());
  const auto after = json({"directory", "rebuild"});
  EXPECT_EQ(after.at("epoch").to_number<int>(), before.at("epoch").to_number<int>() + 1);
  EXPECT_EQ(after.at("version"), before.at("version"));
  EXPECT_EQ(json({"directory", "version"}).at("epoch"), after.at("epoch"));

  auto link = json({"directory", "lookup", "c.localhost/JANE"});
  EXPECT_EQ(text(link.at("id")), link_);
  EXPECT_EQ(text(link.at("credits")), affiliate_);
  EXPECT_EQ(text(link.at("campaign").at("dialect")), "affily");
  json({"affiliate", "remove", affiliate_, "--campaign", campaign_});
  EXPECT_TRUE(json({"directory", "lookup", "jane"}).at("credits").is_null());

  const auto account = text(json({"account", "create", "--dialect", "selgeo", "--name", "S"}).at("id"));
  const auto key = json({"key", "create", "--account", account, "--kind", "public"});
  EXPECT_EQ(json({"directory", "lookup", text(key.at("value"))}).at("clicks_per_minute").to_number<int>(), 1000);
  json({"key", "revoke", text(key.at("id"))});
  EXPECT_TRUE(json({"directory", "lookup", text(key.at("id"))}).at("deleted").as_bool());
  EXPECT_EQ(refused({"directory", "lookup", "missing"}), "not_found");
}

TEST_F(Operation, UsageErrorsAreTold) {
  for (std::vector<std::string> words : {std::vector<std::string>{"account"},
                                         {"account", "fly"},
                                         {"account", "create"},
                                         {"account", "create", "--dialect", "martian", "--name", "x"},
                                         {"click", "export", "--limit", "-1"},
                                         {"link", "list", "--limit", "many"}}) {
    const auto plain = run(words);
    EXPECT_EQ(plain.status, 2);
    EXPECT_TRUE(plain.err.starts_with("footfall-core: "));
    words.push_back("--json");
    const auto json = run(words);
    EXPECT_EQ(json.status, 2);
    EXPECT_EQ(text(boost::json::parse(json.err).at("error").at("code")), "usage");
  }
}

TEST_F(Operation, TheBooksAwayIsSaidPlainly) {
  url_ = "postgresql://127.0.0.1:1/footfall";
  EXPECT_EQ(refused({"account", "list"}), "unavailable");
}

// Every command there is says how it is used, with an example.
TEST_F(Operation, EveryCommandHasHelpWithAnExample) {
  int commands = 0;
  const std::function<void(std::vector<std::string>)> check = [&](std::vector<std::string> words) {
    std::string name;
    for (const auto& word : words) name += " " + word;
    std::vector<std::string> line = words;
    line.push_back("--help");
    const auto help = run(line);
    EXPECT_EQ(help.status, 0) << name;
    const auto list = help.out.find("Subcommands:\n");
    if (list == std::string::npos) {
      ++commands;
      EXPECT_NE(help.out.find("Example:\n  footfall-core" + name), std::string::npos) << help.out;
      return;
    }
    std::istringstream lines(help.out.substr(list + std::string("Subcommands:\n").size()));
    for (std::string verb; std::getline(lines, verb);) {
      // Two blanks and a name; what is indented further goes on with the line before.
      if (!verb.starts_with("  ") || verb.size() < 3 || verb[2] == ' ') continue;
      auto more = words;
      more.push_back(verb.substr(2, verb.find_first_of(" ,", 2) - 2));
      check(more);
    }
  };
  check({});
  EXPECT_GT(commands, 40);
}

TEST(Command, TheProgramsHelpListsAllThatIsOne) {
  std::istringstream lines(list_of_commands());
  int commands = 0;
  for (std::string line; std::getline(lines, line); ++commands) {
    EXPECT_TRUE(is_command(line.substr(2, line.find(' ', 2) - 2))) << line;
  }
  EXPECT_EQ(commands, 21);
}

TEST(Command, IsToldFromTheProgramsOwnOptions) {
  const auto has = [](std::vector<const char*> words) {
    words.insert(words.begin(), "footfall-core");
    return has_command(static_cast<int>(words.size()), words.data());
  };
  EXPECT_TRUE(has({"migrate"}));
  EXPECT_TRUE(has({"--config", "core.toml", "account", "list"}));
  EXPECT_TRUE(has({"--json", "stream", "list"}));
  EXPECT_FALSE(has({}));
  EXPECT_FALSE(has({"--config", "migrate"}));
  EXPECT_FALSE(has({"serve"}));
  EXPECT_FALSE(has({"--check-config"}));
  EXPECT_TRUE(is_command("edge"));
  EXPECT_FALSE(is_command("serve"));
}

}  // namespace
}  // namespace footfall::core
