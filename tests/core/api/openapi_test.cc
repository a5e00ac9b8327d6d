// OpenAPI documents: the notation of schemas, and that every route of every dialect is described and nothing else is.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/api/affily/affily.h"
#include "core/api/affspace/affspace.h"
#include "core/api/baclique/baclique.h"
#include "core/api/docs/files.h"
#include "core/api/openapi/document.h"
#include "core/api/openapi/schema_notation.h"
#include "core/api/selgeo/selgeo.h"

namespace footfall::core {
namespace {

namespace json = boost::json;

std::string expanded(std::string_view notation) {
  return json::serialize(expand_schema(json::parse(json::string_view(notation.data(), notation.size()))));
}

TEST(SchemaNotation, NamesTypes) {
  EXPECT_EQ(expanded(R"("string")"), R"({"type":"string"})");
  EXPECT_EQ(expanded(R"("integer?")"), R"({"type":["integer","null"]})");
  EXPECT_EQ(expanded(R"("time")"), R"({"type":"string","format":"date-time"})");
  EXPECT_EQ(expanded(R"("any")"), "{}");
  EXPECT_EQ(expanded(R"("red|green?")"), R"({"type":["string","null"],"enum":["red","green",null]})");
  EXPECT_EQ(expanded(R"("Offer")"), R"({"$ref":"#/components/schemas/Offer"})");
  EXPECT_EQ(expanded(R"("[Offer]")"), R"({"type":"array","items":{"$ref":"#/components/schemas/Offer"}})");
  EXPECT_EQ(expanded(R"("{integer}")"), R"({"type":"object","additionalProperties":{"type":"integer"}})");
  EXPECT_EQ(expanded(R"("Offer?")"), R"({"anyOf":[{"$ref":"#/components/schemas/Offer"},{"type":"null"}]})");
  EXPECT_EQ(expanded(R"("string # A # word")"), R"({"type":"string","description":"A # word"})");
}

TEST(SchemaNotation, ReadsObjects) {
  EXPECT_EQ(expanded(R"({"id":"string","type?":{"of":"string"}})"),
            R"({"type":"object","properties":{"id":{"type":"string"},"type":{"type":"object","properties":)"
            R"({"of":{"type":"string"}},"required":["of"]}},"required":["id"]})");
  EXPECT_EQ(expanded(R"({"=":{"type":"object"}})"), R"({"type":"object"})");
}

template <class Api>
class Description : public testing::Test {};
using Apis = testing::Types<baclique::BaClique, selgeo::Selgeo, affspace::AffSpace, affily::Affily>;
TYPED_TEST_SUITE(Description, Apis);

TYPED_TEST(Description, FitsTheTableOfRoutes) {
  const TypeParam api;
  EXPECT_EQ(unmatched_descriptions(api.dialect(), api.routes()), std::vector<std::string>{});
}

TYPED_TEST(Description, LeadsNowhereThatIsNotThere) {
  const TypeParam api;
  const std::string text = api.openapi().document("https://api.example");
  const json::value document = json::parse(text);
  EXPECT_EQ(document.at("servers").at(0).at("url"), "https://api.example");
  constexpr std::string_view kMark = "\"$ref\":\"#";
  std::size_t found = 0;
  for (std::size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1)) {
    const std::size_t start = at + kMark.size();
    const std::string pointer = text.substr(start, text.find('"', start) - start);
    json::error_code missing;
    document.find_pointer(pointer, missing);
    EXPECT_FALSE(missing) << pointer;
    ++found;
  }
  EXPECT_GT(found, 20U);
}

TEST(DocsPage, NamesItsPartsWithTheirVersions) {
  const std::string page(docs_page().content);
  EXPECT_NE(page.find("src=\"/docs/ui.js?v=" + std::string(docs_script().version) + "\""), std::string::npos);
  EXPECT_NE(page.find("href=\"/docs/ui.css?v=" + std::string(docs_style().version) + "\""), std::string::npos);
  EXPECT_TRUE(page.ends_with("</html>\n"));
  EXPECT_TRUE(docs_script().content.starts_with("\x1f\x8b")) << "gzip";
  EXPECT_LT(docs_script().content.size(), 500'000U) << "what a browser loads for the page";
}

}  // namespace
}  // namespace footfall::core
