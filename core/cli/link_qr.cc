#include "core/cli/link_qr.h"

#include <fstream>
#include <memory>

#include "core/actions/reading/links.h"
#include "core/cli/nouns.h"
#include "core/pictures/qr_code.h"

namespace footfall::core {
namespace {

struct Options {
  std::string reference, file;
  bool png = false;
};

Result<void> draw(Context& context, const Options& options) {
  auto site = context.site();
  if (!site) return Failure(site.error());
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = read_link(**database, context.caller(), options.reference);
  if (!row) return Failure(row.error());
  const std::string url = site->link_url(row->host, row->code);
  const std::string picture = options.png ? qr_png(url) : qr_svg(url);
  if (picture.empty()) return invalid("no QR code can hold " + url);
  if (options.file.empty()) {
    context.write(options.png ? picture : picture + "\n");
    return {};
  }
  std::ofstream file(options.file, std::ios::binary | std::ios::trunc);
  file << picture;
  if (!file.flush()) return invalid("cannot write " + options.file);
  return {};
}

}  // namespace

void add_link_qr(Command noun, Context& context) {
  Command drawing =
      noun.add_verb("qr", "The link's QR code, as SVG or PNG", "link qr summer-jane --png --out jane.png");
  auto options = std::make_shared<Options>();
  drawing.add_option("ref", options->reference, "lnk_…, CODE or HOST/CODE").required();
  drawing.add_flag("--png", options->png, "PNG; default: SVG");
  drawing.add_option("--out", options->file, "File to write; default: standard output");
  drawing.callback([&context, options] { context.choose([&context, options] { return draw(context, *options); }); });
}

}  // namespace footfall::core
