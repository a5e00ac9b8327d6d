// What the pages are made of: templates that escape, pictures, and words.
#include <gtest/gtest.h>

#include "core/pages/embedded_templates.h"
#include "core/pages/page_routes.h"
#include "core/pages/pictures.h"
#include "core/pages/portal_figures.h"
#include "core/pages/words.h"

namespace footfall::core {
namespace {

TEST(View, TextIsEscapedWhereverItStands) {
  View view;
  view.texts = {{"title", R"(<b>"&'</b>)"}, {"text", "<i>"}};
  view.lists["links"] = {{{{"to", R"("><script>)"}, {"text", "<a>"}}}};
  const std::string page = render_page("message", view);
  for (const char* raw : {"<b>", "<i>", "<script>alert", R"(href=""><script>)", "<a>"}) {
    EXPECT_EQ(page.find(raw), std::string::npos) << raw;
  }
  EXPECT_NE(page.find("&lt;b&gt;&quot;&amp;"), std::string::npos) << page;
}

TEST(View, EveryTemplateRendersWithoutValues) {
  for (const TemplateFile& file : template_files()) {
    if (file.name.find('.') != std::string_view::npos) continue;
    EXPECT_FALSE(render(file.name, {}).empty()) << file.name;
  }
}

// An attribute without quotes, an inline script or an inline style would escape the escaping, or the page's policy.
TEST(View, NoTemplateHasWhatThePolicyForbids) {
  for (const TemplateFile& file : template_files()) {
    if (file.name.find('.') != std::string_view::npos) continue;
    for (const char* forbidden : {" style=", "<style", "<script>", "onclick", "javascript:", "http://", "https://"}) {
      EXPECT_EQ(file.text.find(forbidden), std::string_view::npos) << file.name << " has " << forbidden;
    }
    for (std::size_t at = file.text.find("={{"); at != std::string_view::npos; at = file.text.find("={{", at + 1)) {
      const std::size_t bracket = file.text.find_last_of("<>", at);
      const bool in_tag = bracket != std::string_view::npos && file.text[bracket] == '<';
      EXPECT_FALSE(in_tag) << file.name << " has " << file.text.substr(bracket, 60);
    }
  }
}

TEST(Routes, EveryFormHasItsTarget) {
  for (const TemplateFile& file : template_files()) {
    constexpr std::string_view kAction = R"(method="post" action="/)";
    for (std::size_t at = file.text.find(kAction); at != std::string_view::npos; at = file.text.find(kAction, at + 1)) {
      const std::size_t start = at + kAction.size() - 1;
      const std::string_view path = file.text.substr(start, file.text.find('"', start) - start);
      bool is_served = false;
      for (const PageRoute& route : page_routes()) {
        is_served |= route.method == http::Method::post && route.path == path;
      }
      EXPECT_TRUE(is_served) << file.name << ": " << path;
      // Every form that changes something sends its token.
      const std::string_view form = file.text.substr(at, file.text.find("</form>", at) - at);
      EXPECT_NE(form.find(R"(name="form_token")"), std::string_view::npos) << file.name << ": " << path;
    }
  }
}

TEST(Pictures, AnAxisEndsWhereItsHalfCanBeSaid) {
  const auto top = [](std::int64_t largest, std::int64_t unit = 1) {
    const ChartBar bars[] = {{{largest - largest / 3, largest / 3}, ""}, {{0}, ""}};
    return axis_top(bars, unit);
  };
  EXPECT_EQ(top(0), 2);
  EXPECT_EQ(top(2), 2);
  EXPECT_EQ(top(3), 10);
  EXPECT_EQ(top(11), 20);
  EXPECT_EQ(top(21), 50);
  EXPECT_EQ(top(51), 100);
  EXPECT_EQ(top(100), 100);
  EXPECT_EQ(top(200, 100), 200);
  EXPECT_EQ(top(201, 100), 1'000);
  EXPECT_EQ(axis_top({}), 2);
  EXPECT_EQ(top(9'000'000'000'000'000'000), 9'000'000'000'000'000'000);
}

TEST(Pictures, BarsAreStackedAndNoneIsTooSmallToSee) {
  const ChartBar bars[] = {{{50, 25}, "one"}, {{0, 1'000}, "two"}, {{1, 0}, "three"}};
  constexpr std::string_view kClasses[] = {"a", "b"};
  const std::string svg = chart(bars, kClasses, 1'000, "3 days");
  EXPECT_NE(svg.find("aria-label=\"3 days\""), std::string::npos) << svg;
  EXPECT_NE(svg.find(R"(<rect class="a" x="40" y="190" width="160" height="10"/>)"), std::string::npos) << svg;
  EXPECT_NE(svg.find(R"(<rect class="b" x="40" y="185" width="160" height="5"/>)"), std::string::npos) << svg;
  EXPECT_NE(svg.find(R"(<rect class="b" x="280" y="0" width="160" height="200"/>)"), std::string::npos) << svg;
  EXPECT_NE(svg.find(R"(<rect class="a" x="520" y="199" width="160" height="1"/>)"), std::string::npos) << svg;
  EXPECT_NE(svg.find("<title>two</title>"), std::string::npos) << svg;
}

class Figures : public testing::Test {
 protected:
  Portal portal_;
  View view_;
  void add(std::int64_t last_day, int days) {
    view_ = {};
    add_figures(view_, portal_, last_day, days);
  }
};

TEST_F(Figures, AreOfTheirDaysOnly) {
  portal_.days = {{19'000, 9, 5, 1}, {19'030, 4, 4, 0}, {19'060, 3, 2, 2}, {19'061, 8, 8, 8}};
  add(19'060, 30);
  EXPECT_EQ(view_.texts["clicks"], "2");
  EXPECT_EQ(view_.texts["all_clicks"], "3");
  EXPECT_EQ(view_.texts["conversions"], "2");
  add(19'060, 90);
  EXPECT_EQ(view_.texts["clicks"], "11");
  EXPECT_EQ(view_.texts["all_clicks"], "16");
  ASSERT_EQ(view_.lists["table"].size(), 3U) << "days without anything are left out";
  EXPECT_EQ(view_.lists["table"][0].texts["day"], "2022-03-09") << "the newest day first";
  EXPECT_EQ(view_.lists["table"][0].texts["all_of_day"], "3");
  EXPECT_FALSE(view_.flags["has_money"]);
}

TEST_F(Figures, AddUpNoCurrenciesToEachOther) {
  portal_.money = {{19'059, "EUR", 100, 0, 0}, {19'060, "EUR", 1'050, 200, 0}, {19'060, "JPY", 0, 0, 500}};
  add(19'060, 7);
  ASSERT_EQ(view_.lists["money"].size(), 2U);
  EXPECT_EQ(view_.lists["money"][0].texts["pending"], "11.50 EUR");
  EXPECT_EQ(view_.lists["money"][1].texts["paid"], "500 JPY");
  ASSERT_EQ(view_.lists["charts"].size(), 4U);
  EXPECT_EQ(view_.lists["charts"][2].texts["chart_title"], "Commission, EUR");
  EXPECT_EQ(view_.lists["charts"][2].texts["top"], "20") << "in whole units, for the bar of 12.50";
  EXPECT_EQ(view_.lists["charts"][3].texts["top"], "500");
  EXPECT_EQ(view_.lists["table"][0].texts["paid"], "500 JPY");
  EXPECT_EQ(view_.lists["table"][0].texts["pending"], "10.50 EUR");
  EXPECT_EQ(view_.lists["table"][1].texts["paid"], "–");
}

TEST(Words, ForPeople) {
  EXPECT_EQ(money_text(999, "EUR"), "9.99 EUR");
  EXPECT_EQ(money_text(500, "JPY"), "500 JPY");
  EXPECT_EQ(days_text(30 * 86'400), "30 days");
  EXPECT_EQ(days_text(86'400), "1 day");
  EXPECT_EQ(days_text(43'200), "12 hours");
  EXPECT_EQ(days_text(0), "no time");
  EXPECT_EQ(minute_text(1'705'765'200'000'000), "2024-01-20 15:40 UTC");
  EXPECT_EQ(short_date_text(1'705'765'200'000'000), "20 Jan");
  EXPECT_EQ(short_date_text(1'733'184'000'000'000), "3 Dec");
}

}  // namespace
}  // namespace footfall::core
