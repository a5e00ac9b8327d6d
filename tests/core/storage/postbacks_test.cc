#include "core/storage/postbacks.h"

#include <gtest/gtest.h>

#include "tests/core/storage/shared_postgres.h"
#include "tests/core/storage/stored_account.h"

namespace footfall::core {
namespace {

// A stranger who knows an endpoint's id can have as many calls refused as he likes; its log stays bounded (AF-43), and
// the log of another endpoint is not touched by it.
TEST(PostbackLog, KeepsTheNewestEntriesOfEachEndpoint) {
  Database database(fresh_database_url());
  const AccountRow account = new_account(database, wire::Dialect::affspace);
  PostbackEndpoint busy;
  busy.public_id = "pb_busy";
  busy.account = account.id;
  PostbackEndpoint quiet = busy;
  quiet.public_id = "pb_quiet";
  ASSERT_TRUE(insert_postback_endpoint(database, busy));
  ASSERT_TRUE(insert_postback_endpoint(database, quiet));

  PostbackEntry entry;
  entry.method = "GET";
  entry.status = 401;
  entry.endpoint_id = quiet.id;
  ASSERT_TRUE(append_postback_log(database, entry));
  auto filled = database.query(
      "insert into postback_log (endpoint_id, method, parameters, client, status, outcome, request_id) "
      "select $1, 'GET', '', '', 401, '', '' from generate_series(1, 20000)",
      {busy.id});
  ASSERT_TRUE(filled) << filled.error().message;
  entry.endpoint_id = busy.id;
  entry.request_id = "newest";
  for (std::int64_t i = 0; i < kPostbackLogSlack; ++i) ASSERT_TRUE(append_postback_log(database, entry));

  auto count = database.query("select count(*) from postback_log where endpoint_id = $1", {busy.id});
  ASSERT_TRUE(count);
  EXPECT_LE(count->integer(0, 0), kPostbackLogMax + kPostbackLogSlack);
  EXPECT_GE(count->integer(0, 0), kPostbackLogMax);
  EXPECT_EQ(list_postback_log(database, busy.id, 1)->front().request_id, "newest");
  EXPECT_EQ(list_postback_log(database, quiet.id, 10)->size(), 1u);
}

}  // namespace
}  // namespace footfall::core
