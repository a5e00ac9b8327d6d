// What the pages are made of: templates that escape, pictures, and words.
#include <gtest/gtest.h>

#include "core/pages/embedded_templates.h"
#include "core/pages/page_routes.h"
#include "core/pages/pictures.h"
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
    for (const char* forbidden :
         {"={{", " style=", "<style", "<script>", "onclick", "javascript:", "http://", "https://"}) {
      EXPECT_EQ(file.text.find(forbidden), std::string_view::npos) << file.name << " has " << forbidden;
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

TEST(Pictures, AChartOfItsDaysOnly) {
  const PortalDay days[] = {{19'000, 9, 5, 1}, {19'030, 4, 4, 0}, {19'060, 3, 2, 2}, {19'061, 8, 8, 8}};
  const std::string svg = chart(days, 19'060, 30);
  EXPECT_NE(svg.find("2 clicks and 2 conversions in 30 days"), std::string::npos) << svg;
  EXPECT_NE(chart(days, 19'060, 90).find("11 clicks and 3 conversions in 90 days"), std::string::npos);
  EXPECT_NE(chart({}, 19'060, 7).find("0 clicks and 0 conversions in 7 days"), std::string::npos);
}

TEST(Words, ForPeople) {
  EXPECT_EQ(money_text(999, "EUR"), "9.99 EUR");
  EXPECT_EQ(money_text(500, "JPY"), "500 JPY");
  EXPECT_EQ(days_text(30 * 86'400), "30 days");
  EXPECT_EQ(days_text(86'400), "1 day");
  EXPECT_EQ(days_text(43'200), "12 hours");
  EXPECT_EQ(days_text(0), "no time");
  EXPECT_EQ(minute_text(1'705'765'200'000'000), "2024-01-20 15:40 UTC");
}

}  // namespace
}  // namespace footfall::core
