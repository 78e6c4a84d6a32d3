// Pages: alignment, and what is kept of them for whom.
#include "tensor/pages.hpp"

#include <cstdint>
#include <linden/error.hpp>
#include <optional>
#include <thread>

#include "refusal.hpp"

namespace linden {
namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

TEST(Pages, BeginWithAHugePage) {
  const Pages pages(5 * megabyte, "");
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pages.data()) % Pages::huge_page, 0);
  static_cast<char*>(pages.data())[5 * megabyte - 1] = 1;
}

/// The address of memory of so many bytes that is given back at once.
void* address_of(std::size_t bytes) { return Pages(bytes, "").data(); }

TEST(Pages, AreKeptForTheNextOfAboutTheirSize) {
  std::optional<Pages> pages(std::in_place, 40 * megabyte, "");
  void* const first = pages->data();
  *static_cast<int*>(first) = 7;
  const Pages other(40 * megabyte, "");
  EXPECT_NE(other.data(), first);
  pages.reset();
  {
    const Pages again(38 * megabyte, "");  // a little smaller
    EXPECT_EQ(again.data(), first);
    EXPECT_EQ(*static_cast<int*>(again.data()), 7);
    EXPECT_NE(address_of(39 * megabyte), first);  // taken
  }
  EXPECT_NE(address_of(10 * megabyte), first);  // much smaller
  EXPECT_NE(address_of(45 * megabyte), first);  // larger
  EXPECT_EQ(address_of(40 * megabyte), first);
}

TEST(Pages, AreKeptOnlyUpToALimit) {
  {
    const Pages large(Pages::most_kept + megabyte, "");
    *static_cast<int*>(large.data()) = 7;
  }
  const Pages next(Pages::most_kept + megabyte, "");  // fresh pages are zero
  EXPECT_EQ(*static_cast<int*>(next.data()), 0);
  {
    const Pages a(60 * megabyte, ""), b(60 * megabyte, ""), c(60 * megabyte, "");
    *static_cast<int*>(a.data()) = *static_cast<int*>(b.data()) = *static_cast<int*>(c.data()) = 7;
  }  // a goes last: there is no room for all of them
  int kept = 0;
  const Pages a(60 * megabyte, ""), b(60 * megabyte, ""), c(60 * megabyte, "");
  for (const Pages* pages : {&a, &b, &c}) kept += *static_cast<int*>(pages->data()) == 7;
  EXPECT_EQ(kept, 2);
}

TEST(Pages, MayBeAskedForByManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      for (std::size_t i = 0; i < 50; ++i) {
        const Pages pages((3 + i % 3) * megabyte, "");
        *static_cast<volatile int*>(pages.data()) = t;
        EXPECT_EQ(*static_cast<volatile int*>(pages.data()), t);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(Pages, SayHowMuchWasWanted) {
  EXPECT_EQ(refusal<MemoryError>([] { Pages(std::size_t{1} << 60, "wait"); }),
            "1152921504606846976 bytes of memory are not to be had. Hint: wait.");
}

}  // namespace
}  // namespace linden
