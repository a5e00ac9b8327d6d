#include "core/dialect_apis.h"

#include <boost/json.hpp>

#include "core/api/affily/affily.h"
#include "core/api/affspace/affspace.h"
#include "core/api/baclique/baclique.h"
#include "core/api/openapi/document.h"
#include "core/api/selgeo/selgeo.h"

namespace footfall::core {

namespace json = boost::json;

std::vector<std::unique_ptr<DialectApi>> all_dialect_apis() {
  std::vector<std::unique_ptr<DialectApi>> apis;
  apis.push_back(std::make_unique<baclique::BaClique>());
  apis.push_back(std::make_unique<selgeo::Selgeo>());
  apis.push_back(std::make_unique<affspace::AffSpace>());
  apis.push_back(std::make_unique<affily::Affily>());
  return apis;
}

std::string describe_routes() {
  std::string lines;
  for (const auto& api : all_dialect_apis()) {
    for (const Route& route : api->routes()) {
      json::array access;
      for (const std::string_view name : access_names(route.access)) access.emplace_back(name);
      const json::object line = {{"dialect", wire::dialect_name(api->dialect())},
                                 {"method", http::method_name(route.method)},
                                 {"path", route.pattern.text},
                                 {"access", std::move(access)},
                                 {"limit", route.zone},
                                 {"body", body_format_name(route.body)}};
      lines += json::serialize(line) + "\n";
    }
  }
  return lines;
}

std::string describe_in_openapi(wire::Dialect dialect) {
  for (const auto& api : all_dialect_apis()) {
    if (api->dialect() == dialect) return api->openapi().document({}) + "\n";
  }
  return {};
}

}  // namespace footfall::core
