// Provisioning through the command line, as test suites and operators do it.
#include "tests/core/cli/command_line.h"

namespace footfall::core {
namespace {

class Provisioning : public CommandLine {
 protected:
  void SetUp() override { json({"migrate"}); }

  std::string account(const std::string& dialect = "selgeo") {
    return text(json({"account", "create", "--dialect", dialect, "--name", "Acme"}).at("id"));
  }
  std::string campaign(const std::string& account, const std::string& commission = "10%") {
    return text(json({"campaign", "create", "--account", account, "--name", "Summer Sale", "--target",
                      "https://shop.example/summer", "--commission", commission})
                    .at("id"));
  }
};

TEST_F(Provisioning, AccountsFromCreationToClosure) {
  const auto made = json({"account", "create", "--dialect", "baclique", "--name", "Acme", "--email", "a@acme.example",
                          "--plan", "free", "--policy", "rounding=half_up"});
  EXPECT_EQ(text(made.at("dialect")), "baclique");
  EXPECT_EQ(text(made.at("link_host")), "c.localhost");
  EXPECT_EQ(text(made.at("currency")), "EUR");
  EXPECT_EQ(text(made.at("policy").at("rounding")), "half_up");
  const std::string id = text(made.at("id"));
  const auto set = json(
      {"account", "set", id, "--plan", "pro", "--status", "closed", "--email", "none", "--policy", "rounding=default"});
  EXPECT_EQ(text(set.at("status")), "closed");
  EXPECT_TRUE(set.at("contact_email").is_null());
  EXPECT_TRUE(set.at("policy").as_object().empty());
  EXPECT_EQ(json({"account", "show", id}), set);
  EXPECT_EQ(json({"account", "list"}).at("accounts").as_array().size(), 1u);
}

// An option of every command is explained wherever an example uses it.
TEST_F(Provisioning, EveryHelpNamesTheOptionsOfItsExample) {
  for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{
           {"conversion", "approve"}, {"conversion", "reverse"}, {"directory", "rebuild"}, {"account", "create"}}) {
    const auto help = run({verb[0], verb[1], "--help"});
    EXPECT_EQ(help.status, 0);
    const auto before_example = help.out.substr(0, help.out.find("Example:"));
    EXPECT_NE(before_example.find("--reason TEXT"), std::string::npos) << help.out;
  }
}

TEST_F(Provisioning, WordsAndIdsAreTakenInEverySpelling) {  // FC-1
  const auto owner = account("SelGeo");
  const auto made = json({"campaign", "create", "--account", " " + owner + "\u00a0", "--name", "Summer", "--target",
                          "https://shop.example/", "--commission", "10%", "--mode", "TEST", "--status", "Paused",
                          "--goal", "Lead=2.00"});
  EXPECT_EQ(text(made.at("mode")), "test");
  EXPECT_EQ(text(made.at("status")), "paused");
  const std::string id = text(made.at("id"));
  const auto set = json({"campaign", "set", id, "--goal", "LEAD\u200b=3.00"});
  ASSERT_EQ(set.at("terms").as_array().size(), 2u) << "one goal in two spellings";
  EXPECT_EQ(json({"campaign", "list", "--status", "PAUSED"}).at("campaigns").as_array().size(), 1u);
  EXPECT_EQ(run({"campaign", "list", "--status", "resting"}).status, 2);
}

TEST_F(Provisioning, KeysShowTheirValueOnce) {  // BAC-04
  const auto owner = account();
  const auto made = json({"key", "create", "--account", owner, "--kind", "public", "--limit", "clicks=100000"});
  EXPECT_TRUE(text(made.at("value")).starts_with("pk_live_"));
  EXPECT_EQ(made.at("limits").at("clicks").as_int64(), 100'000);
  const std::string id = text(made.at("id"));
  EXPECT_FALSE(json({"key", "list", "--account", owner}).at("keys").at(0).as_object().contains("value"));
  EXPECT_TRUE(json({"key", "limits", id, "--limit", "clicks=default"}).at("limits").as_object().empty());
  EXPECT_TRUE(json({"key", "limits", id}).at("limits").as_object().empty());
  EXPECT_TRUE(json({"key", "revoke", id}).at("revoked_at").is_string());
  EXPECT_FALSE(
      json({"key", "import", "--account", owner, "--kind", "secret", "--value", "legacy-key-0001"}).contains("value"));
  EXPECT_EQ(refused({"key", "import", "--account", owner, "--kind", "secret", "--value", "legacy-key-0001"}),
            "key_taken");
  EXPECT_EQ(refused({"key", "limits", id, "--limit", "clicks=many"}), "invalid");
}

TEST_F(Provisioning, CampaignsWithEveryProperty) {
  const auto owner = account();
  const auto made = json({"campaign",
                          "create",
                          "--account",
                          owner,
                          "--name",
                          "Winter",
                          "--target",
                          "https://shop.example/{click_id}",
                          "--commission",
                          "12.5%",
                          "--goal",
                          "lead=2.00",
                          "--tier",
                          "50=15%",
                          "--tier",
                          "lead:10=3.00",
                          "--currency",
                          "USD",
                          "--model",
                          "revshare",
                          "--fallback",
                          "https://shop.example/late",
                          "--expires",
                          "2030-01-02T03:04:05Z",
                          "--window",
                          "1s",
                          "--hold",
                          "1s",
                          "--auto-approve",
                          "no",
                          "--status",
                          "draft",
                          "--visibility",
                          "private",
                          "--budget",
                          "1000.00",
                          "--precedence",
                          "code",
                          "--click-parameter",
                          "cid",
                          "--customer-limit",
                          "1",
                          "--click-limit",
                          "2",
                          "--code",
                          "WINTER",
                          "--slug",
                          "winter",
                          "--mode",
                          "test"});
  EXPECT_EQ(text(made.at("target_url")), "https://shop.example/{click_id}");
  EXPECT_EQ(text(made.at("expires_at")), "2030-01-02T03:04:05.000Z");
  EXPECT_EQ(made.at("attribution_window_s").as_int64(), 1);
  EXPECT_EQ(made.at("hold_s").as_int64(), 1);
  EXPECT_FALSE(made.at("auto_approve").as_bool());
  EXPECT_EQ(text(made.at("budget")), "1000.00");
  EXPECT_EQ(text(made.at("mode")), "test");
  const auto& terms = made.at("terms").as_array();
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_TRUE(terms[0].at("goal").is_null());
  EXPECT_EQ(text(terms[0].at("rate")), "12.5%");
  EXPECT_EQ(text(terms[0].at("tiers").at(0).at("rate")), "15%");
  EXPECT_EQ(text(terms[1].at("goal")), "lead");
  EXPECT_EQ(text(terms[1].at("tiers").at(0).at("rate")), "3.00");
  const std::string id = text(made.at("id"));
  const auto set = json({"campaign", "update", id, "--window", "none", "--hold", "0", "--expires", "never",
                         "--fallback", "none", "--budget", "none", "--click-parameter", "none", "--end-goal", "lead"});
  for (const char* name : {"attribution_window_s", "expires_at", "fallback_url", "budget", "click_parameter"}) {
    EXPECT_TRUE(set.at(name).is_null()) << name;
  }
  EXPECT_EQ(set.at("terms").as_array().size(), 1u);
  EXPECT_EQ(json({"campaign", "show", id}).at("terms"), set.at("terms"));
  EXPECT_EQ(json({"campaign", "list", "--account", owner, "--mode", "test"}).at("campaigns").as_array().size(), 1u);
  EXPECT_EQ(refused({"campaign", "set", id, "--target", "http://2001::1"}), "invalid");
  EXPECT_EQ(refused({"campaign", "set", id, "--hold", "soon"}), "invalid");
  EXPECT_EQ(refused({"campaign", "show", "cmp_missing"}), "not_found");
}

TEST_F(Provisioning, AffiliatesLinksAndPromotions) {
  const auto into = campaign(account());
  const auto joined = json({"affiliate", "join", "--campaign", into, "--email", "jane@example.com", "--name", "Jane",
                            "--code", "Summer-Jane"});
  EXPECT_EQ(text(joined.at("link").at("short_link")), "c.localhost/Summer-Jane");
  EXPECT_EQ(text(joined.at("enrolment").at("status")), "active");
  const std::string id = text(joined.at("affiliate").at("id"));
  EXPECT_EQ(refused({"affiliate", "join", "--campaign", into, "--email", "jane@example.com"}), "already_joined");
  EXPECT_EQ(refused({"link", "create", "--campaign", into, "--code", "SUMMER-JANE"}), "code_taken");

  const auto jane = json({"affiliate", "invite", "--campaign", into, "--email", "jane@example.com"});
  EXPECT_TRUE(
      text(jane.at("invite_link")).starts_with("http://site.localhost:8080/c/"));  // which makes her log-in (SE-50)
  Database database(url_);
  ASSERT_TRUE(
      database.query("with jane as (insert into users (public_id, email, name, password_hash) values ('usr_1', "
                     "'jane@example.com', '', '') returning id) update affiliates set user_id = jane.id from "
                     "jane"));
  EXPECT_EQ(refused({"affiliate", "invite", "--campaign", into, "--email", "jane@example.com"}), "already_joined");
  const auto invited = json({"affiliate", "invite", "--campaign", into, "--email", "joe@example.com"});
  EXPECT_TRUE(text(invited.at("invite_link")).starts_with("http://site.localhost:8080/c/"));
  // SE-82
  EXPECT_EQ(json({"affiliate", "invitations", "--campaign", into}).at("invitations").as_array().size(), 2u);
  EXPECT_EQ(text(json({"affiliate", "uninvite", text(invited.at("id")), "--campaign", into}).at("status")), "revoked");
  EXPECT_EQ(json({"affiliate", "invitations", "--campaign", into}).at("invitations").as_array().size(), 1u);
  EXPECT_EQ(refused({"affiliate", "uninvite", text(invited.at("id")), "--campaign", into}), "not_found");
  const auto link = json({"link", "create", "--campaign", into, "--affiliate", id, "--code", "jane2", "--target",
                          "https://shop.example/deep"});
  EXPECT_EQ(text(link.at("affiliate")), id);
  EXPECT_EQ(text(json({"link", "set", "JANE2", "--status", "paused"}).at("status")), "paused");
  EXPECT_TRUE(json({"link", "update", "c.localhost/jane2", "--target", "none"}).at("target_url").is_null());
  EXPECT_EQ(text(json({"link", "show", text(link.at("id"))}).at("code")), "jane2");
  EXPECT_EQ(text(json({"link", "delete", "jane2"}).at("status")), "deleted");
  EXPECT_EQ(refused({"link", "show", "jane2"}), "not_found");
  EXPECT_EQ(json({"link", "list", "--campaign", into}).at("links").as_array().size(), 1u);

  const auto promo = json({"promo", "create", "--campaign", into, "--affiliate", id, "--code", "SAVE10"});
  EXPECT_EQ(text(json({"promo", "disable", text(promo.at("id"))}).at("status")), "disabled");
  EXPECT_EQ(text(json({"promo", "enable", text(promo.at("id"))}).at("status")), "active");
  EXPECT_EQ(json({"promo", "list"}).at("promos").as_array().size(), 1u);

  EXPECT_EQ(text(json({"affiliate", "set-status", id, "suspended"}).at("status")), "suspended");
  EXPECT_EQ(text(json({"affiliate", "set-status", id, "suspended", "--campaign", into}).at("status")), "suspended");
  EXPECT_EQ(text(json({"affiliate", "remove", id, "--campaign", into}).at("status")), "removed");
  const auto shown = json({"affiliate", "show", id});
  EXPECT_EQ(text(shown.at("enrolments").at(0).at("status")), "removed");
  EXPECT_EQ(shown.at("links").as_array().size(), 1u);
  EXPECT_EQ(text(json({"affiliate", "set", id, "--name", "Jane Doe"}).at("name")), "Jane Doe");
  const auto listed = json({"affiliate", "list", "--campaign", into});
  EXPECT_EQ(text(listed.at("affiliates").at(0).at("enrolment").at("code")), "Summer-Jane");
}

TEST_F(Provisioning, TheAuditTrailNamesThePersonAndTheReason) {
  json({"account", "create", "--dialect", "selgeo", "--name", "Acme", "--reason", "new customer"});
  Database database(url_);
  auto rows = database.query("select actor like 'cli:%', reason, details->>'name' from audit");
  ASSERT_EQ(rows->size(), 1);
  EXPECT_TRUE(rows->flag(0, 0));
  EXPECT_EQ(rows->text(0, 1), "new customer");
  EXPECT_EQ(rows->text(0, 2), "Acme");
}

TEST_F(Provisioning, PeopleGetTablesAndLines) {
  const auto id = account();
  const auto table = run({"account", "list"});
  EXPECT_TRUE(table.out.starts_with("id "));
  EXPECT_NE(table.out.find(id), std::string::npos);
  const auto lines = run({"account", "show", id});
  EXPECT_NE(lines.out.find("dialect        selgeo\n"), std::string::npos) << lines.out;
  EXPECT_EQ(run({"link", "list"}).out, "(none)\n");
  const auto error = run({"account", "show", "acc_missing"});
  EXPECT_EQ(error.status, 1);
  EXPECT_EQ(error.err, "footfall-core: there is no account \"acc_missing\"; see account list\n");
}

}  // namespace
}  // namespace footfall::core
