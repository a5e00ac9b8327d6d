#include "core/pictures/qr_code.h"

#include <qrencode.h>

#include <memory>
#include <vector>

#include "core/pictures/png.h"

namespace footfall::core {
namespace {

constexpr std::size_t kQuietZone = 4;
constexpr std::size_t kPixelsPerModule = 8;

// The modules without their quiet zone; none for a text that no code can hold.
std::vector<std::vector<bool>> modules_of(std::string_view text) {
  if (text.empty() || text.size() > kQrBytesMax) return {};
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0,
                        QR_ECLEVEL_M),
      QRcode_free);
  if (!code) return {};
  const auto size = static_cast<std::size_t>(code->width);
  std::vector<std::vector<bool>> modules(size, std::vector<bool>(size));
  for (std::size_t y = 0; y < size; ++y) {
    for (std::size_t x = 0; x < size; ++x) modules[y][x] = (code->data[y * size + x] & 1) != 0;
  }
  return modules;
}

}  // namespace

std::string qr_svg(std::string_view text) {
  const auto modules = modules_of(text);
  if (modules.empty()) return {};
  std::string path;
  for (std::size_t y = 0; y < modules.size(); ++y) {
    for (std::size_t x = 0; x < modules.size(); ++x) {
      if (!modules[y][x]) continue;
      path += "M" + std::to_string(x + kQuietZone) + " " + std::to_string(y + kQuietZone) + "h1v1h-1z";
    }
  }
  const std::string size = std::to_string(modules.size() + 2 * kQuietZone);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" role=\"img\" aria-label=\"QR code of the link\" "
         "viewBox=\"0 0 " +
         size + " " + size + "\" shape-rendering=\"crispEdges\"><rect width=\"" + size + "\" height=\"" + size +
         "\" fill=\"#fff\"/><path fill=\"#000\" d=\"" + path + "\"/></svg>";
}

std::string qr_png(std::string_view text) {
  const auto modules = modules_of(text);
  if (modules.empty()) return {};
  const std::size_t size = (modules.size() + 2 * kQuietZone) * kPixelsPerModule;
  std::vector<std::vector<bool>> rows(size, std::vector<bool>(size));
  for (std::size_t y = 0; y < modules.size() * kPixelsPerModule; ++y) {
    for (std::size_t x = 0; x < modules.size() * kPixelsPerModule; ++x) {
      rows[y + kQuietZone * kPixelsPerModule][x + kQuietZone * kPixelsPerModule] =
          modules[y / kPixelsPerModule][x / kPixelsPerModule];
    }
  }
  return black_and_white_png(rows);
}

}  // namespace footfall::core
