// The SQL files of core/storage/schema, embedded at build time in the order of their numbers.
#pragma once

#include <span>
#include <string_view>

namespace footfall::core {

struct SchemaFile {
  std::string_view name;  // "0001_accounts_and_campaigns"
  std::string_view sql;
};
std::span<const SchemaFile> schema_files();

}  // namespace footfall::core
