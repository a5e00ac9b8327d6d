// libmaxminddb opens files by name and maps them. So the file's bytes are copied into an anonymous file of our own,
// which nobody can shorten while it is mapped, and that one is opened by its name below /proc.
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "edge/geo/countries.h"
#include "proto/base/file_handle.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kBytesMax = std::int64_t{256} << 20;
constexpr std::size_t kCountryLength = 2;

Failure cannot(const std::string& path, const std::string& what) { return invalid(path + ": " + what); }

bool write_all(int file, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(file, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

Result<void> copy(const std::string& path, int to) {
  const FileHandle from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found{};
  if (from.number() < 0 || ::fstat(from.number(), &found) != 0) return cannot(path, std::strerror(errno));
  if (!S_ISREG(found.st_mode)) return cannot(path, "is no regular file");
  std::int64_t left = kBytesMax;
  std::array<char, 64 * 1024> buffer;
  while (true) {
    const ssize_t got = ::read(from.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot(path, std::strerror(errno));
    if (got == 0) return {};
    left -= got;
    if (left < 0) return cannot(path, "is larger than 256 MiB");
    if (!write_all(to, buffer.data(), static_cast<std::size_t>(got))) return cannot(path, std::strerror(errno));
  }
}

}  // namespace

struct CountryDatabase::Opened {
  MMDB_s database{};
  ~Opened() { MMDB_close(&database); }
};

CountryDatabase::CountryDatabase(std::unique_ptr<Opened> opened) : opened_(std::move(opened)) {}
CountryDatabase::~CountryDatabase() = default;

Result<std::shared_ptr<const CountryDatabase>> CountryDatabase::open(const std::string& path) {
  const FileHandle own(::memfd_create("countries", MFD_CLOEXEC));
  if (own.number() < 0) return cannot(path, std::strerror(errno));
  if (auto copied = copy(path, own.number()); !copied) return Failure(copied.error());
  auto opened = std::make_unique<Opened>();
  const std::string name = "/proc/self/fd/" + std::to_string(own.number());
  const int status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &opened->database);
  if (status != MMDB_SUCCESS) {
    opened->database = {};
    return cannot(path, std::string("is no MaxMind database: ") + MMDB_strerror(status));
  }
  return std::shared_ptr<const CountryDatabase>(new CountryDatabase(std::move(opened)));
}

std::string_view CountryDatabase::find(const http::Address& address) const {
  sockaddr_in four{};
  sockaddr_in6 six{};
  const sockaddr* wanted = nullptr;
  if (address.size == 4) {
    four.sin_family = AF_INET;
    std::memcpy(&four.sin_addr, address.bytes, 4);
    wanted = reinterpret_cast<const sockaddr*>(&four);
  } else if (address.size == 16) {
    six.sin6_family = AF_INET6;
    std::memcpy(&six.sin6_addr, address.bytes, 16);
    wanted = reinterpret_cast<const sockaddr*>(&six);
  } else {
    return {};
  }
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&opened_->database, wanted, &error);
  if (error != MMDB_SUCCESS || !found.found_entry) return {};
  MMDB_entry_data_s data{};
  // The form with an array: the one with arguments allocates an array of its own.
  constexpr const char* kPath[] = {"country", "iso_code", nullptr};
  if (MMDB_aget_value(&found.entry, &data, kPath) != MMDB_SUCCESS || !data.has_data ||
      data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != kCountryLength) {
    return {};
  }
  return {data.utf8_string, kCountryLength};
}

}  // namespace footfall::edge
