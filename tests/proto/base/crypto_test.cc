#include "proto/base/crypto.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "proto/base/bytes.h"

namespace footfall {
namespace {

std::string hex(const Digest256& digest) { return to_hex(as_view(digest)); }

TEST(Sha256, PublishedVectors) {  // FIPS 180-2
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, ManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Hmac, PublishedVectors) {  // RFC 4231 1, 2, 6, and the empty key
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, Wycheproof) {
  const char* vectors = std::getenv("FOOTFALL_VECTORS");
  if (vectors == nullptr) GTEST_SKIP() << "FOOTFALL_VECTORS is not set";
  std::ostringstream text;
  text << std::ifstream(std::string(vectors) + "/wycheproof/hmac_sha256_test.json").rdbuf();
  const boost::json::value document = boost::json::parse(text.str());
  const auto bytes = [](const boost::json::value& test, std::string_view name) {
    return from_hex(std::string_view(test.at(name).as_string())).value();
  };
  int cases = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto tag_size = static_cast<std::size_t>(group.at("tagSize").as_int64() / 8);
    for (const auto& test : group.at("tests").as_array()) {
      const Digest256 digest = hmac_sha256(bytes(test, "key"), bytes(test, "msg"));
      const bool equal = equal_in_constant_time(as_view(digest).substr(0, tag_size), bytes(test, "tag"));
      EXPECT_EQ(equal, test.at("result").as_string() == "valid") << test.at("tcId").as_int64();
      ++cases;
    }
  }
  EXPECT_EQ(cases, 174);
}

// The 64 outputs of the reference implementation, key 00…0f, inputs 00…n, for SipHash-2-4: the first, the paper's
// (15 bytes), and those around the word boundaries.
TEST(Seal, OnlyTheSameKeyAndContextOpenIt) {
  const Digest256 key = sha256("key"), other = sha256("other");
  const std::string sealed = seal(key, "endpoint 1", "a secret");
  EXPECT_EQ(sealed.find("a secret"), std::string::npos);
  EXPECT_NE(sealed, seal(key, "endpoint 1", "a secret")) << "a new nonce each time";
  EXPECT_EQ(unseal(key, "endpoint 1", sealed), "a secret");
  EXPECT_FALSE(unseal(other, "endpoint 1", sealed).has_value());
  EXPECT_FALSE(unseal(key, "endpoint 2", sealed).has_value());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(unseal(key, "endpoint 1", altered).has_value()) << i;
    EXPECT_FALSE(unseal(key, "endpoint 1", sealed.substr(0, i)).has_value()) << i;
  }
  EXPECT_EQ(unseal(key, "", seal(key, "", "")), "");
}

TEST(SipHash, PublishedVectors) {
  Key128 key;
  for (std::uint8_t i = 0; i < key.size(); ++i) key[i] = i;
  std::string input;
  std::vector<std::uint64_t> outputs;
  for (int i = 0; i < 64; ++i) {
    outputs.push_back(siphash(key, input));
    input += static_cast<char>(i);
  }
  EXPECT_EQ(outputs[0], 0x726fdb47dd0e0e31u);
  EXPECT_EQ(outputs[1], 0x74f839c593dc67fdu);
  EXPECT_EQ(outputs[2], 0x0d6c8009d9a94f5au);
  EXPECT_EQ(outputs[3], 0x85676696d7fb7e2du);
  EXPECT_EQ(outputs[4], 0xcf2794e0277187b7u);
  EXPECT_EQ(outputs[7], 0xab0200f58b01d137u);
  EXPECT_EQ(outputs[8], 0x93f5f5799a932462u);
  EXPECT_EQ(outputs[15], 0xa129ca6149be45e5u);
  EXPECT_EQ(outputs[63], 0x958a324ceb064572u);
}

// The first two of the reference implementation's outputs of 16 bytes, a3817f04… and da87c1d8….
TEST(SipHash, PublishedVectorsOf128Bits) {
  Key128 key;
  for (std::uint8_t i = 0; i < key.size(); ++i) key[i] = i;
  const std::array<std::uint64_t, 2> of_nothing = {0xe6a825ba047f81a3u, 0x930255c71472f66du};
  const std::array<std::uint64_t, 2> of_one_byte = {0x44af996bd8c187dau, 0x45fc229b11597634u};
  EXPECT_EQ(siphash128(key, ""), of_nothing);
  EXPECT_EQ(siphash128(key, std::string_view("\0", 1)), of_one_byte);
}

TEST(Random, TokensAreOfTheAlphabetAndDiffer) {
  std::set<std::string> tokens;
  std::set<char> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = random_token(40);
    ASSERT_EQ(token.size(), 40u);
    for (const char c : token) {
      ASSERT_TRUE(std::isalnum(static_cast<unsigned char>(c)));
      seen.insert(c);
    }
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 1000u);
  EXPECT_EQ(seen.size(), 62u);
  EXPECT_EQ(random_token(0), "");
}

TEST(ConstantTime, ComparesLengthAndBytes) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace footfall
