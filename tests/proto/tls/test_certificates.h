// Certificates that tests make for themselves: self-signed, of an elliptic curve, in folders as certbot lays them out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace footfall::tls {

// A folder that is removed at the end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Makes (or replaces) the certificate `name` for these hosts, good for an hour, and returns its folder.
  std::string certificate(const std::string& name, const std::vector<std::string>& hosts) const;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace footfall::tls
