// No allocation per click for a plain link, and as few as possible for one with rules.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/edge/handlers/whole_redirect.h"

namespace {
std::size_t allocations = 0;
}

// They are not inlined: a compiler that sees free() behind a new expression takes the pair for a mismatch (GCC warns of
// it in the builds for the sanitizers).
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace footfall::edge {
namespace {

// After the first ones, in which buffers grow.
double allocations_of(std::string target) {
  constexpr int kClicks = 100;
  WholeRedirect redirect;
  MadeRequest made = WholeRedirect::request(std::move(target));
  const http::Request& request = made.get();
  for (int i = 0; i < 10; ++i) EXPECT_GT(redirect.handle(request), 50u);
  const std::size_t before = allocations;
  for (int i = 0; i < kClicks; ++i) redirect.handle(request);
  return static_cast<double>(allocations - before) / kClicks;
}

TEST(Allocations, ThatTheyAreCounted) {
  const std::size_t before = allocations;
  EXPECT_EQ(std::string(100, 'x').size(), 100u);
  EXPECT_GT(allocations, before);
}

TEST(Allocations, APlainLinkMakesNone) {
  EXPECT_EQ(allocations_of("/plain"), 0);
  EXPECT_EQ(allocations_of("/plain?sub1=mail&utm_source=news%20letter"), 0);
}

TEST(Allocations, RulesAndMacrosMakeNone) {
  EXPECT_EQ(allocations_of("/rules?sub1=mail"), 0);
  EXPECT_EQ(allocations_of("/macros?sub1=newsletter-of-november"), 0);
}

TEST(Allocations, ADeepLinkMakesOne) {  // the decoded URL
  EXPECT_LE(allocations_of("/deep?url=https%3A%2F%2Fwww.shop.example%2Fshoes%3Fsize%3D42"), 1);
}

}  // namespace
}  // namespace footfall::edge
