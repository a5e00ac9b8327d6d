// Chunked bodies byte by byte: what is refused, and that no way of cutting one into reads changes the verdict.
#include "proto/http/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace footfall::http {
namespace {

struct Decoded {
  ChunkedBody::State state;
  std::string body;
  std::size_t read;
  int status;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string bytes, const std::vector<std::size_t>& cuts, std::size_t body_bytes_max = 64) {
  ChunkedBody chunked(body_bytes_max);
  std::size_t read = 0;
  std::size_t written = 0;
  auto state = ChunkedBody::State::more;
  for (std::size_t cut : cuts) {
    state = chunked.advance(bytes.data(), cut, read, written);
    if (state != ChunkedBody::State::more) break;
    EXPECT_EQ(read, cut);
  }
  return {state, bytes.substr(0, written), read, chunked.refusal().status};
}

Decoded decode(const std::string& bytes) { return decode(bytes, {bytes.size()}); }

TEST(Chunked, DecodesInPlace) {
  const Decoded decoded = decode("5\r\nhello\r\n00000006\r\n world\r\n0\r\n\r\nGET /next");
  EXPECT_EQ(decoded.state, ChunkedBody::State::complete);
  EXPECT_EQ(decoded.body, "hello world");
  EXPECT_EQ(decoded.read, 33u);
  EXPECT_EQ(decode("aB\r\n" + std::string(0xab, 'x') + "\r\n0\r\n\r\n", {4 + 0xab + 7}, 200).body.size(), 0xabu);
}

TEST(Chunked, RefusesWhatIsNotExactlyChunks) {  // G-4
  for (const char* bad : {"5;ext=1\r\nhello\r\n0\r\n\r\n",
                          "5;\r\nhello",
                          "5 \r\nhello",
                          " 5\r\nhello",
                          "0x5\r\nhello",
                          "+5\r\nhello",
                          "-5\r\n",
                          "\r\n",
                          "5\nhello",
                          "5\rhello",
                          "5\r\nhello0\r\n\r\n",
                          "5\r\nhello!\r\n",
                          "5\r\nhello\n0",
                          "g\r\n",
                          "000000005\r\nhello",
                          "FFFFFFFFFFFFFFFF0\r\n",
                          "0\r\nX-Trailer: a\r\n\r\n",
                          "0\r\n\n",
                          "0\n\r\n",
                          "1_0\r\n"}) {
    const Decoded decoded = decode(bad);
    EXPECT_EQ(decoded.state, ChunkedBody::State::refused) << bad;
    EXPECT_EQ(decoded.status, 400) << bad;
  }
}

TEST(Chunked, LimitToTheByte) {
  EXPECT_EQ(decode("40\r\n" + std::string(64, 'x') + "\r\n0\r\n\r\n").state, ChunkedBody::State::complete);
  EXPECT_EQ(decode("41\r\n").status, 413);
  EXPECT_EQ(decode("40\r\n" + std::string(64, 'x') + "\r\n1\r\n").status, 413);
  EXPECT_EQ(decode("FFFFFFFF\r\n").status, 413);
}

TEST(Chunked, NoSplitChangesTheVerdict) {
  for (const std::string bytes : {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nrest", "5\r\nhello\r\n0\r\nX: y\r\n\r\n",
                                  "3\r\nabc\r\n41\r\n", "5\r\nhelloX\r\n", "1\r\na\r\n1\r\nb\r\n0\r\n\rX"}) {
    const Decoded whole = decode(bytes);
    std::vector<std::size_t> each_byte;
    for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
      each_byte.push_back(cut);
      EXPECT_EQ(decode(bytes, {cut, bytes.size()}), whole) << bytes << " cut at " << cut;
    }
    EXPECT_EQ(decode(bytes, each_byte), whole) << bytes;
  }
}

}  // namespace
}  // namespace footfall::http
