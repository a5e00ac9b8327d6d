#include "edge/pages/pages.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "edge/pages/page_store.h"
#include "edge/pages/page_texts.h"

namespace footfall::edge {
namespace {

const std::vector<std::string_view> kKnown(kPageLanguages.begin(), kPageLanguages.end());

std::string_view preferred(std::string_view accepted) {
  const std::size_t at = preferred_language(accepted, kKnown);
  return at == std::string_view::npos ? std::string_view("none") : kKnown[at];
}

TEST(PreferredLanguage, IsTheOneWithTheHighestQualityAndThenTheFirst) {
  EXPECT_EQ(preferred("de"), "de");
  EXPECT_EQ(preferred("de-AT, en;q=0.9"), "de");
  EXPECT_EQ(preferred("en;q=0.5,pl;q=0.8"), "pl");
  EXPECT_EQ(preferred("fr;q=0.8, es;q=0.8"), "fr");
  EXPECT_EQ(preferred("it, ja;q=0.9, ES;q=0.1"), "es");
  EXPECT_EQ(preferred("fr; q=0.7 , de;q=0.75"), "de");
}

TEST(PreferredLanguage, IsNoneWhereNothingFits) {
  for (const char* accepted : {"", "it", "*", "de;q=0", "de;q=0.0", "de;q=x", ",,,", ";q=1", "deutsch", "-", "de;q="}) {
    EXPECT_EQ(preferred(accepted), "none") << accepted;
  }
}

TEST(PreferredLanguage, ReadsALongHeaderOnlyInPart) {
  std::string accepted;
  for (int count = 0; count < 20; ++count) accepted += "it,";
  EXPECT_EQ(preferred(accepted + "de"), "none");
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(OurPages, AreThereInEveryLanguageForEveryStatus) {
  for (const int status : {400, 404, 405, 410, 421, 503}) {
    std::vector<std::string_view> bodies;
    for (const std::string_view language : kPageLanguages) {
      const Page page = PageStore::built_in().current().find("c.localhost", status, language);
      EXPECT_TRUE(has(page.body, "<html lang=\"" + std::string(language) + "\">")) << status;
      EXPECT_TRUE(has(page.fields, "Content-Language: " + std::string(language) + "\r\n"));
      EXPECT_TRUE(has(page.fields, "Vary: Accept-Language\r\n") && has(page.fields, "Cache-Control: no-store\r\n"));
      EXPECT_TRUE(page.body.size() < 4'096);
      bodies.push_back(page.body);
    }
    std::ranges::sort(bodies);
    EXPECT_EQ(std::ranges::unique(bodies).size(), 0U);
  }
  EXPECT_EQ(PageStore::built_in().current().find("x", 418, "de").body,
            PageStore::built_in().current().find("x", 400, "de").body);
  EXPECT_TRUE(has(PageStore::built_in().current().find("x", 404, "it").body, "Link not found"));
  for (const int status : {500, 502, 504}) {
    EXPECT_EQ(PageStore::built_in().current().find("x", status, "de").body,
              PageStore::built_in().current().find("x", 503, "de").body);
  }
}

class OwnPages : public testing::Test {
 protected:
  OwnPages() { std::filesystem::remove_all(folder_); }
  ~OwnPages() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& body) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << body;
  }
  Result<Pages> load() const { return Pages::load(folder_.string()); }
  std::string refusal() const {
    const auto loaded = load();
    return loaded ? "none" : loaded.error().message;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("footfall-pages-" + std::to_string(getpid()));
};

TEST_F(OwnPages, StandInForOursOnTheirHost) {
  write("Go.example.com/404.html", "own");
  write("go.example.com/.hidden", "");
  const auto pages = load();
  ASSERT_TRUE(pages.has_value()) << refusal();
  const Page own = pages->find("go.example.com", 404, "de");
  EXPECT_EQ(own.body, "own");
  EXPECT_FALSE(has(own.fields, "Vary") || has(own.fields, "Content-Language"));
  EXPECT_TRUE(has(own.fields, "Cache-Control: no-store\r\n"));
  EXPECT_TRUE(has(pages->find("go.example.com", 410, "de").body, "Link abgelaufen"));
  EXPECT_TRUE(has(pages->find("c.localhost", 404, "de").body, "Link nicht gefunden"));
}

TEST_F(OwnPages, MayHaveLanguagesAndADefault) {
  write("go.example.com/404.html", "everybody");
  write("go.example.com/404.it.html", "italiano");
  write("default/404.html", "default");
  write("default/421.html", "unknown host");
  const auto pages = load();
  ASSERT_TRUE(pages.has_value()) << refusal();
  EXPECT_EQ(pages->find("go.example.com", 404, "de, it;q=0.5").body, "italiano");
  EXPECT_TRUE(
      has(pages->find("go.example.com", 404, "it").fields, "Content-Language: it\r\nVary: Accept-Language\r\n"));
  EXPECT_EQ(pages->find("go.example.com", 404, "de").body, "everybody");
  EXPECT_FALSE(has(pages->find("go.example.com", 404, "de").fields, "Content-Language"));
  EXPECT_EQ(pages->find("c.localhost", 404, "it").body, "default");
  EXPECT_EQ(pages->find("evil.example", 421, "").body, "unknown host");
}

TEST_F(OwnPages, WhatCannotBeOneIsRefusedByName) {
  EXPECT_TRUE(has(refusal(), folder_.string()));  // no such folder
  const struct {
    const char* name;
    std::string body;
    const char* why;
  } kCases[] = {
      {"go.example.com/index.html", "x", "index.html: a page is named"},
      {"go.example.com/404.htm", "x", "404.htm: a page is named"},
      {"go.example.com/404.DE.html", "x", "404.DE.html: a page is named"},
      {"go.example.com/404.de.fr.html", "x", "a page is named"},
      {"go.example.com/200.html", "x", "200.html: a page is named"},
      {"go.example.com/404x.html", "x", "a page is named"},
      {"go.example.com/421.html", "x", "put it into default/"},
      {"go.example.com/404.html", "", "404.html: a page has 1 byte to 48 KiB"},
      {"go.example.com/404.html", std::string(kPageBytesMax + 1, 'x'), "404.html: a page has 1 byte to 48 KiB"},
      {"404.html", "x", "404.html: here are only folders"},
  };
  for (const auto& one : kCases) {
    std::filesystem::remove_all(folder_);
    write(one.name, one.body);
    EXPECT_TRUE(has(refusal(), one.why)) << one.name << ": " << refusal();
  }
  std::filesystem::remove_all(folder_);
  write("go.example.com/404.html", std::string(kPageBytesMax, 'x'));
  EXPECT_EQ(refusal(), "none");
}

TEST_F(OwnPages, AreReplacedWhileTheyAreServedAndKeptForAMinute) {
  constexpr std::int64_t kSecondUs = 1'000'000;
  write("go.example.com/404.html", "first");
  PageStore store;
  ASSERT_TRUE(store.load(folder_.string(), 0).has_value());
  const Page before = store.current().find("go.example.com", 404, "");
  write("go.example.com/404.html", "second");
  ASSERT_TRUE(store.load(folder_.string(), kSecondUs).has_value());
  EXPECT_EQ(before.body, "first");  // still there for who is reading it
  EXPECT_EQ(store.current().find("go.example.com", 404, "").body, "second");
  write("go.example.com/nonsense", "x");
  EXPECT_FALSE(store.load(folder_.string(), kSecondUs).has_value());
  EXPECT_EQ(store.current().find("go.example.com", 404, "").body, "second");
  std::filesystem::remove(folder_ / "go.example.com/nonsense");
  std::size_t loaded = 0;
  while (loaded < 20 && store.load(folder_.string(), 2 * kSecondUs)) ++loaded;
  EXPECT_EQ(loaded, PageStore::kVersionsMax - 3);
  EXPECT_TRUE(store.load(folder_.string(), 2 * kSecondUs + PageStore::kKept_us).has_value());
}

}  // namespace
}  // namespace footfall::edge
