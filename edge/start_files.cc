#include "edge/start_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "edge/certificate_files.h"
#include "edge/geo/countries.h"
#include "edge/pages/pages.h"

namespace footfall::edge {
namespace {

Failure refused(const std::string& key, const std::string& path, const std::string& why) {
  return invalid(key + ": " + path + " " + why);
}

// The folder allows `rights` (of access(2)), or could be made.
Result<void> check_folder(const std::string& key, const std::string& path, int rights) {
  std::error_code ignored;
  const std::filesystem::path wanted = std::filesystem::absolute(path, ignored);
  std::filesystem::path there = wanted;
  while (!std::filesystem::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
  if (!std::filesystem::is_directory(there, ignored)) return refused(key, there.string(), "is no folder");
  if (::access(there.c_str(), there == wanted ? rights : W_OK | X_OK) == 0) return {};
  if (there == wanted) return refused(key, path, std::string("cannot be used: ") + std::strerror(errno));
  return refused(key, path, "cannot be made in " + there.string() + ": " + std::strerror(errno));
}

}  // namespace

Result<void> make_folders(const Config& config) {
  const std::string& path = config.tls.acme_directory;
  if (path.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return refused("tls.acme_directory", path, "cannot be made: " + error.message());
  return {};
}

Result<std::vector<std::string>> check_files(const Config& config, const Clock& clock) {
  if (const auto pages = Pages::load(config.pages_directory); !pages) {
    return invalid("pages.directory: " + pages.error().message);
  }
  auto warnings = CertificateFiles::check(config.tls, clock);
  if (!warnings) return warnings;
  if (!config.tls.acme_directory.empty()) {
    if (auto checked = check_folder("tls.acme_directory", config.tls.acme_directory, X_OK); !checked) {
      return Failure(checked.error());
    }
    if (!std::filesystem::exists(config.tls.acme_directory)) {
      warnings->push_back("tls.acme_directory: " + config.tls.acme_directory + " is not there yet: the start makes it");
    }
  }
  if (config.ack != "redis") {
    if (auto checked = check_folder("log.directory", config.log.directory, R_OK | W_OK | X_OK); !checked) {
      return Failure(checked.error());
    }
  }
  if (!config.countries.database.empty()) {
    if (const auto database = CountryDatabase::open(config.countries.database); !database) {
      warnings->push_back("countries.database: " + database.error().message + ": every country is unknown");
    }
  }
  return warnings;
}

}  // namespace footfall::edge
