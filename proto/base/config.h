// Configuration: one struct per program, bound key by key to a name, a default, a range and a sentence. Values come
// from a TOML file, then from the environment (FOOTFALL_EDGE_HTTP_PORT overrides http.port of the edge); an unknown
// key, a wrong type or a value out of range refuses to start. This is the only door to toml++.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/result.h"

namespace footfall {

class ConfigSchema {
 public:
  // `environment_prefix`: FOOTFALL_EDGE or FOOTFALL_CORE.
  explicit ConfigSchema(std::string environment_prefix);
  ~ConfigSchema();
  ConfigSchema(const ConfigSchema&) = delete;
  ConfigSchema& operator=(const ConfigSchema&) = delete;

  // Bind a dotted key ("http.port") to a field, which holds the default already and must outlive the schema.
  void integer(std::string key, std::int64_t& field, std::int64_t min, std::int64_t max, std::string help);
  void flag(std::string key, bool& field, std::string help);
  void text(std::string key, std::string& field, std::string help, std::size_t length_max = 4096);
  void choice(std::string key, std::string& field, std::vector<std::string> allowed, std::string help);
  // A list of strings, e.g. hosts.selgeo = ["selgeo.localhost"]; from the environment separated by commas.
  void list(std::string key, std::vector<std::string>& field, std::string help);
  void secret(std::string key, std::string& field, std::string help);  // text that describe() never prints

  // Reads `path` (empty: none) and the process environment. The error names the key, the value and the range.
  Result<void> load(const std::string& path);

  // Every key as a commented TOML file: help, range, current value. The packaged file is this text.
  std::string describe() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall
