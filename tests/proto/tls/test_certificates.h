// Certificates that tests make for themselves: self-signed, of an elliptic curve, in folders as certbot lays them out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "proto/base/clock.h"

namespace footfall::tls {

// Seconds from now.
struct Period {
  std::int64_t begins_in_s = -60;
  std::int64_t ends_in_s = 3'600;
};

class ShiftedClock final : public Clock {
 public:
  std::int64_t wall_us() const override { return system_clock().wall_us() + shift_s * 1'000'000; }
  std::int64_t steady_us() const override { return system_clock().steady_us() + shift_s * 1'000'000; }
  void sleep_us(std::int64_t) const override {}

  std::int64_t shift_s = 0;
};

// A folder that is removed at the end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Makes (or replaces) the certificate `name` for these hosts and returns its folder.
  std::string certificate(const std::string& name, const std::vector<std::string>& hosts,
                          const Period& period = {}) const;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// Seals the private key in `folder` with a passphrase.
void encrypt_key(const std::string& folder);

struct OcspOptions {
  std::string about{};  // folder of the certificate that the response is about; empty: of where it is put
  std::string by{};     // the same of the one whose key signs it
  bool is_good = true;  // else: revoked
  bool has_end = true;
  Period period{};
};
// Puts an OCSP response beside the certificate in `folder`.
void write_ocsp(const std::string& folder, const OcspOptions& options = {});

}  // namespace footfall::tls
