// The page is drawn from top to bottom in points, with y counted from the page's lower edge as PDF does. libharu notes
// its first error in the document and does nothing afterwards, so that it is asked once, at the end.
//
// The fonts are embedded, because those that every viewer has know no Polish; only the letters that occur are kept.
#include "core/documents/proforma_pdf.h"

#include <hpdf.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace footfall::core {
namespace {

constexpr const char* kPlainFile = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
constexpr const char* kBoldFile = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";
constexpr float kWidth = 595, kHeight = 842, kMargin = 56, kRight = kWidth - kMargin, kMiddle = kWidth / 2 + 8;
constexpr float kSmall = 8.5F, kNormal = 10, kLarge = 14, kTitle = 22, kLeading = 1.45F;
constexpr std::size_t kLinesMax = 12;  // of one block

struct Colour {
  float red, green, blue;
};
constexpr Colour kInk{.11F, .13F, .19F}, kSoft{.36F, .39F, .46F}, kAccent{.21F, .32F, .82F}, kLine{.84F, .86F, .9F},
    kPaper{.96F, .965F, .98F}, kGood{.06F, .4F, .23F};

struct Document {
  HPDF_Doc handle = HPDF_New(nullptr, nullptr);
  Document() = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document() {
    if (handle) HPDF_Free(handle);
  }
};

class Sheet {
 public:
  Sheet(HPDF_Page page, HPDF_Font plain, HPDF_Font bold) : page_(page), plain_(plain), bold_(bold) {
    HPDF_Page_SetWidth(page_, kWidth);
    HPDF_Page_SetHeight(page_, kHeight);
  }

  void write(float x, float y, const std::string& text, float size, Colour colour = kInk, bool is_bold = false) {
    HPDF_Page_SetRGBFill(page_, colour.red, colour.green, colour.blue);
    HPDF_Page_SetFontAndSize(page_, is_bold ? bold_ : plain_, size);
    HPDF_Page_BeginText(page_);
    HPDF_Page_TextOut(page_, x, y, text.c_str());
    HPDF_Page_EndText(page_);
  }
  void write_right(float x, float y, const std::string& text, float size, Colour colour = kInk, bool is_bold = false) {
    HPDF_Page_SetFontAndSize(page_, is_bold ? bold_ : plain_, size);
    write(x - HPDF_Page_TextWidth(page_, text.c_str()), y, text, size, colour, is_bold);
  }
  // Wrapped to `width`; answers the y below its last line.
  float write_block(float x, float y, float width, std::string_view text, float size = kNormal) {
    std::size_t lines = 0;
    while (!text.empty() && lines < kLinesMax) {
      const std::string_view paragraph = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(paragraph.size() + 1, text.size()));
      for (std::string_view left = paragraph; lines < kLinesMax; ++lines) {
        const std::size_t taken = fitting_bytes(left, width, size);
        write(x, y, std::string(left.substr(0, taken)), size);
        y -= size * kLeading;
        left.remove_prefix(taken);
        if (left.empty()) {
          ++lines;
          break;
        }
      }
    }
    return y;
  }
  void rule(float y) {
    HPDF_Page_SetRGBStroke(page_, kLine.red, kLine.green, kLine.blue);
    HPDF_Page_SetLineWidth(page_, .8F);
    HPDF_Page_MoveTo(page_, kMargin, y);
    HPDF_Page_LineTo(page_, kRight, y);
    HPDF_Page_Stroke(page_);
  }
  void fill(float x, float y, float width, float height, Colour colour) {
    HPDF_Page_SetRGBFill(page_, colour.red, colour.green, colour.blue);
    HPDF_Page_Rectangle(page_, x, y, width, height);
    HPDF_Page_Fill(page_);
  }

 private:
  // How much of one paragraph fits into a line: whole words, or as many letters of a long one as fit.
  std::size_t fitting_bytes(std::string_view text, float width, float size) const {
    const std::string line(text);
    const auto* bytes = reinterpret_cast<const HPDF_BYTE*>(line.data());
    const auto count = static_cast<HPDF_UINT>(line.size());
    for (const HPDF_BOOL by_words : {HPDF_TRUE, HPDF_FALSE}) {
      const HPDF_UINT taken = HPDF_Font_MeasureText(plain_, bytes, count, width, size, 0, 0, by_words, nullptr);
      if (taken > 0) return std::min<std::size_t>(taken, text.size());
    }
    return text.size();
  }

  HPDF_Page page_;
  HPDF_Font plain_, bold_;
};

void draw_head(Sheet& sheet, const Proforma& proforma) {
  float y = kHeight - kMargin - kTitle;
  sheet.fill(0, kHeight - 8, kWidth, 8, kAccent);
  sheet.write(kMargin, y, "Proforma invoice", kTitle, kInk, true);
  y -= 24;
  sheet.write(kMargin, y, "No. " + proforma.number, kNormal, kSoft);
  if (!proforma.status.empty()) sheet.write_right(kRight, y, proforma.status, kNormal, kGood, true);
  sheet.rule(y - 16);
}

// Two columns: who issues it and who pays, then the dates. Answers the y below.
float draw_parties(Sheet& sheet, const Proforma& proforma) {
  constexpr float kColumn = kRight - kMiddle;
  const float top = kHeight - kMargin - kTitle - 70;
  float left = top, right = top;
  if (!proforma.issuer.empty()) {
    sheet.write(kMargin, top, "Issued by", kSmall, kSoft);
    left = sheet.write_block(kMargin, top - 16, kColumn, proforma.issuer);
  }
  const float buyer_x = proforma.issuer.empty() ? kMargin : kMiddle;
  sheet.write(buyer_x, top, "Issued to", kSmall, kSoft);
  right = sheet.write_block(buyer_x, top - 16, kColumn, proforma.buyer);
  const float y = std::min(left, right) - 18;
  sheet.write(kMargin, y, "Date of issue", kSmall, kSoft);
  sheet.write(kMargin, y - 15, proforma.issued, kNormal);
  sheet.write(kMiddle, y, "Pay by", kSmall, kSoft);
  sheet.write(kMiddle, y - 15, proforma.due, kNormal, kInk, true);
  return y - 48;
}

float draw_items(Sheet& sheet, const Proforma& proforma, float y) {
  sheet.fill(kMargin, y - 8, kRight - kMargin, 24, kPaper);
  sheet.write(kMargin + 8, y, "Description", kSmall, kSoft);
  sheet.write_right(kRight - 8, y, "Amount", kSmall, kSoft);
  y -= 28;
  sheet.write_right(kRight - 8, y, proforma.amount, kNormal);
  y = sheet.write_block(kMargin + 8, y, kRight - kMargin - 150, proforma.description);
  sheet.rule(y);
  y -= 26;
  sheet.write(kMargin + 8, y, proforma.status.empty() ? "Total to pay" : "Total", kLarge, kInk, true);
  sheet.write_right(kRight - 8, y, proforma.amount, kLarge, kInk, true);
  return y - 44;
}

void draw_payment(Sheet& sheet, const Proforma& proforma, float y) {
  if (proforma.status.empty()) {  // else nothing is to be paid any more
    sheet.write(kMargin, y, "How to pay", kNormal, kInk, true);
    y = sheet.write_block(kMargin, y - 18, kRight - kMargin, proforma.payment_details);
    y -= 8;
    sheet.write(kMargin, y, "Title of the transfer", kSmall, kSoft);
    sheet.write(kMargin, y - 15, proforma.number, kNormal, kInk, true);
  }
  sheet.rule(kMargin + 20);
  sheet.write(kMargin, kMargin + 4, "A proforma invoice is no tax invoice: it asks for a payment and books none.",
              kSmall, kSoft);
}

}  // namespace

Result<std::string> proforma_pdf(const Proforma& proforma) {
  const Document document;
  if (!document.handle) return internal("no memory for a PDF");
  HPDF_UseUTFEncodings(document.handle);
  HPDF_SetCompressionMode(document.handle, HPDF_COMP_ALL);
  HPDF_SetInfoAttr(document.handle, HPDF_INFO_TITLE, ("Proforma invoice " + proforma.number).c_str());
  const char* const plain = HPDF_LoadTTFontFromFile(document.handle, kPlainFile, HPDF_TRUE);
  const char* const bold = HPDF_LoadTTFontFromFile(document.handle, kBoldFile, HPDF_TRUE);
  if (!plain || !bold) return internal(std::string("cannot read ") + (plain ? kBoldFile : kPlainFile));
  Sheet sheet(HPDF_AddPage(document.handle), HPDF_GetFont(document.handle, plain, "UTF-8"),
              HPDF_GetFont(document.handle, bold, "UTF-8"));
  draw_head(sheet, proforma);
  draw_payment(sheet, proforma, draw_items(sheet, proforma, draw_parties(sheet, proforma)));
  HPDF_SaveToStream(document.handle);
  if (const HPDF_STATUS error = HPDF_GetError(document.handle); error != HPDF_OK) {
    return internal("libharu's error " + std::to_string(error));
  }
  std::string file(HPDF_GetStreamSize(document.handle), '\0');
  auto size = static_cast<HPDF_UINT32>(file.size());
  HPDF_ReadFromStream(document.handle, reinterpret_cast<HPDF_BYTE*>(file.data()), &size);
  if (!file.starts_with("%PDF-") || size != file.size()) return internal("libharu gave no whole file");
  return file;
}

}  // namespace footfall::core
