#include "core/payments/provider_json.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace footfall::core {

namespace json = boost::json;

struct ProviderJson::Document {
  json::value root;
};

namespace {

const json::value* find(const json::value& root, ProviderJson::Path path) {
  const json::value* at = &root;
  for (const std::string_view name : path) {
    const json::object* object = at->if_object();
    at = object ? object->if_contains(name) : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

}  // namespace

std::optional<ProviderJson> ProviderJson::parse(std::string_view text) {
  boost::system::error_code error;
  json::value root = json::parse(text, error);
  if (error || !root.is_object()) return std::nullopt;
  ProviderJson parsed;
  parsed.document_ = std::make_shared<const Document>(std::move(root));
  return parsed;
}

std::string ProviderJson::text(Path path) const {
  const json::value* found = find(document_->root, path);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<std::int64_t> ProviderJson::integer(Path path) const {
  const json::value* found = find(document_->root, path);
  if (!found || !found->is_int64()) return std::nullopt;
  return found->get_int64();
}

std::optional<bool> ProviderJson::flag(Path path) const {
  const json::value* found = find(document_->root, path);
  if (!found || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}

}  // namespace footfall::core
