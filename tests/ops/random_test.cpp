#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <linden/error.hpp>
#include <linden/random.hpp>
#include <linden/threads.hpp>

#include "backend/math/philox.hpp"
#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::uint64_t word_pair(std::uint64_t seed, std::uint32_t stream, std::uint64_t number) {
  const PhiloxCounter drawn = random_words(seed, Draw::tensor, stream, number / 2);
  const int first = number % 2 == 0 ? 0 : 2;
  return std::uint64_t{drawn.word[first + 1]} << 32 | drawn.word[first];
}

TEST(Generator, DrawsByItsConvention) {
  const std::uint64_t seed = 0x123456789abcdef;
  Generator generator(seed, 5);
  const std::vector<double> wide = values(generator.uniform({3}));
  for (std::uint64_t i = 0; i < 3; ++i)
    EXPECT_EQ(wide[i], static_cast<double>(word_pair(seed, 0, 5 + i) >> 11) * 0x1p-53);
  EXPECT_EQ(generator.position(), 8u);
  const std::vector<double> narrow = values(generator.uniform({2}, {}, DType::f32));
  for (std::uint64_t i = 0; i < 2; ++i)
    EXPECT_EQ(narrow[i], (random_words(seed, Draw::tensor, 1, (8 + i) / 4).word[(8 + i) % 4] >> 8) * 0x1p-24);
  EXPECT_EQ(generator.position(), 10u);
  const std::vector<double> normal = values(generator.normal({2}));
  const double radius = std::sqrt(-2 * std::log((static_cast<double>(word_pair(seed, 2, 10) >> 11) + 1) * 0x1p-53));
  const double turn = 2 * M_PI * static_cast<double>(word_pair(seed, 2, 11) >> 11) * 0x1p-53;
  EXPECT_NEAR(normal[0], radius * std::cos(turn), 1e-15);
  EXPECT_NEAR(normal[1], radius * std::sin(turn), 1e-15);
  const std::vector<double> whole = values(generator.integers({4}, -10, 90));
  for (std::uint64_t i = 0; i < 4; ++i)
    EXPECT_EQ(whole[i],
              -10 + static_cast<double>(static_cast<unsigned __int128>(word_pair(seed, 3, 12 + i) >> 1) * 100 >> 63));
  EXPECT_EQ(generator.seed(), seed);
}

TEST(Generator, DoesNotShowHowADrawIsSplit) {
  const auto draws = [](auto draw) {
    Generator whole(11, 3);
    const std::vector<double> expected = values(draw(whole, 5000));
    for (const std::int64_t first : {0, 1, 2, 3, 1023, 4999}) {
      Generator split(11, 3);
      const Tensor head = draw(split, first), tail = draw(split, 5000 - first);
      EXPECT_EQ(values(concatenate({head, tail})), expected);
      EXPECT_EQ(split.position(), whole.position());
    }
  };
  draws([](Generator& g, std::int64_t n) { return g.uniform({n}); });
  draws([](Generator& g, std::int64_t n) { return g.uniform({n}, {-1, 3}, DType::f32); });
  draws([](Generator& g, std::int64_t n) { return g.normal({n}, 1, 2); });
  draws([](Generator& g, std::int64_t n) { return g.normal({n}, 0, 1, DType::f32); });
  draws([](Generator& g, std::int64_t n) { return g.integers({n}, -5, 6); });
  draws([](Generator& g, std::int64_t n) { return g.integers({n}, 0, std::int64_t{3} << 61); });
  draws([](Generator& g, std::int64_t n) { return g.bernoulli({n}, 0.3); });
}

TEST(Generator, HasTheSameBytesForAnyNumberOfThreads) {
  std::vector<double> uniform, whole;
  for (const int threads : {1, 2, 6}) {
    const Threads scope(threads);
    Generator generator(2);
    const std::vector<double> u = values(generator.uniform({300, 1001})),
                              i = values(generator.integers({300001}, 0, 7));
    if (uniform.empty()) uniform = u, whole = i;
    EXPECT_EQ(u, uniform);
    EXPECT_EQ(i, whole);
  }
}

TEST(Generator, CopiesRepeatAndSeedsDiffer) {
  Generator a(1), b = a, c(2);
  const std::vector<double> drawn = values(a.uniform({100}));
  EXPECT_EQ(values(b.uniform({100})), drawn);
  EXPECT_NE(values(c.uniform({100})), drawn);
  EXPECT_NE(values(a.uniform({100})), drawn);
}

TEST(Generator, UniformStaysInItsRange) {
  Generator generator(4);
  const Tensor u = generator.uniform({200000}, {2, 5});
  EXPECT_GE(min(u).item(), 2);
  EXPECT_LT(max(u).item(), 5);
  EXPECT_NEAR(mean(u).item(), 3.5, 0.01);
  EXPECT_NEAR(variance(u).item(), 0.75, 0.01);
  // Half of all products round up to `high`.
  const double high = 1 + 0x1p-23;
  EXPECT_EQ(max(generator.uniform({100}, {1, high}, DType::f32)).item(), 1);
  EXPECT_EQ(generator.uniform({0, 3}).shape(), Shape({0, 3}));
}

TEST(Generator, NormalHasItsMoments) {
  Generator generator(5);
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor z = (generator.normal({400000}, 3, 2, dtype) - 3) / 2;
    EXPECT_EQ(z.dtype(), dtype);
    EXPECT_NEAR(mean(z).item(), 0, 0.01);
    EXPECT_NEAR(variance(z).item(), 1, 0.01);
    EXPECT_NEAR(mean(z * z * z).item(), 0, 0.03);
    EXPECT_NEAR(mean(square(square(z))).item(), 3, 0.06);
    EXPECT_NEAR(mean(cast(abs(z) > 1.959963984540054, DType::f64)).item(), 0.05, 0.002);
  }
}

TEST(Generator, IntegersHaveNoBias) {
  Generator generator(6);
  const Tensor dice = generator.integers({600000}, 1, 7);
  EXPECT_EQ(min(dice).item(), 1);
  EXPECT_EQ(max(dice).item(), 6);
  const std::vector<double> counts = values(sum(one_hot(dice - 1, 6), 0));
  double chi = 0;
  for (const double count : counts) chi += (count - 1e5) * (count - 1e5) / 1e5;
  EXPECT_LT(chi, 20.5);  // one in a thousand, 5 degrees of freedom
  // A range of 3/4 of all bits: without the second draws its thirds would not be equally likely modulo 4.
  const Tensor large = generator.integers({300000}, 0, std::int64_t{3} << 61);
  std::vector<double> remainders(4);
  for (const std::int64_t value : large.span<std::int64_t>()) {
    EXPECT_TRUE(value >= 0 && value < std::int64_t{3} << 61);
    ++remainders[static_cast<std::size_t>(value & 3)];
  }
  chi = 0;
  for (const double count : remainders) chi += (count - 75000) * (count - 75000) / 75000;
  EXPECT_LT(chi, 16.3);  // 3 degrees
}

TEST(Generator, IntegersReachBothEndsOfI64) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  Generator generator(8);
  const Tensor t = generator.integers({1000}, lowest, -1);
  EXPECT_LT(max(t).item(), 0);
  EXPECT_LT(min(t).item(), -9.2e18);
  expect_equal(generator.integers({3}, 7, 8), {7, 7, 7}, {3});
  EXPECT_GT(max(generator.integers({1000}, 0, std::numeric_limits<std::int64_t>::max())).item(), 9.1e18);
}

TEST(Generator, BernoulliAndPermutation) {
  Generator generator(9);
  const Tensor mask = generator.bernoulli({100000}, 0.25);
  EXPECT_EQ(mask.dtype(), DType::boolean);
  EXPECT_NEAR(sum(mask).item(), 25000, 600);
  EXPECT_EQ(sum(generator.bernoulli({1000}, 0)).item(), 0);
  EXPECT_EQ(sum(generator.bernoulli({1000}, 1)).item(), 1000);

  std::vector<double> order = values(generator.permutation(1000));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, values(arange(1000)));
  std::vector<double> firsts(6);  // of the orders of three
  for (int i = 0; i < 6000; ++i) {
    const std::vector<double> three = values(generator.permutation(3));
    ++firsts[static_cast<std::size_t>(three[0] * 2 + (three[1] > three[2]))];
  }
  for (const double count : firsts) EXPECT_NEAR(count, 1000, 120);
  EXPECT_EQ(generator.permutation(0).shape(), Shape({0}));
}

TEST(Generator, SaysWhatIsWrong) {
  Generator g(1);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              g.uniform({2}, {1, 1});
            }),
            "Generator::uniform: low is 1 and high 1; low must be less, and high - low finite.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              g.uniform({2}, {1, 1 + 1e-12}, DType::f32);
            }),
            "Generator::uniform: low 1 and high 1.000000000001 are one number in f32. Hint: DType::f64.");
  EXPECT_EQ(refusal<DTypeError>([&] { g.uniform({2}, {}, DType::i32); }),
            "Generator::uniform: the dtype is i32, but it must be f32 or f64. Hint: integers() draws whole numbers.");
  EXPECT_EQ(refusal<DTypeError>([&] { g.normal({2}, 0, 1, DType::i64); }),
            "Generator::normal: the dtype is i64, but it must be f32 or f64. Hint: integers() draws whole numbers.");
  EXPECT_EQ(refusal<ArgumentError>([&] { g.normal({2}, 0, -1); }),
            "Generator::normal: mean is 0 and deviation -1; both must be finite, the deviation not negative.");
  EXPECT_EQ(refusal<ArgumentError>([&] { g.integers({2}, 3, 3); }),
            "Generator::integers: low is 3 and high 3; low must be less, by less than 2^63.");
  EXPECT_EQ(refusal<ArgumentError>([&] { g.bernoulli({2}, 1.5); }),
            "Generator::bernoulli: the probability is 1.5, but it must be in [0, 1].");
  EXPECT_EQ(refusal<ArgumentError>([&] { g.permutation(-1); }),
            "Generator::permutation: n is -1, but it must not be negative.");
  EXPECT_EQ(g.position(), 0u);
}

}  // namespace
}  // namespace linden
