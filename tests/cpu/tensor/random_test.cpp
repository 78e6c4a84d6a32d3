// random: golden values of an independent implementation, statistics, and the draws' independence of how they are cut.
#include "backend/tensor/random_draws.hpp"

#include <algorithm>

#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using Kind = RandomTask::Kind;

template <class T>
std::vector<T> draw(const TensorKernels& kernels, Context& context, Kind kind, std::uint64_t seed, std::uint64_t first,
                    std::size_t count) {
  std::vector<T> out(count);
  kernels.random(context, {kind, dtype_of<T>, seed, first, out.data(), static_cast<std::int64_t>(count)});
  return out;
}

template <class T>
std::vector<T> draw(Kind kind, std::size_t count, std::uint64_t seed = 1) {
  Workers workers(2);
  Context context{workers};
  return draw<T>(cpu_tensor_kernels(), context, kind, seed, 0, count);
}

constexpr std::uint64_t seed = 0x123456789abcdef;

// Made by a separate implementation in Python, in multiple precision.
TEST(RandomKernel, GivesTheGoldenValues) {
  everywhere([](const TensorKernels& kernels, Context& context) {
    EXPECT_EQ(
        draw<double>(kernels, context, Kind::uniform, seed, 0, 4),
        (std::vector<double>{0x1.e2672732cd07ap-2, 0x1.a3ae9bee34d7cp-2, 0x1.48224ea741182p-2, 0x1.437a32339af5dp-1}));
    EXPECT_EQ(draw<float>(kernels, context, Kind::uniform, seed, 0, 5),
              (std::vector<float>{0x1.9fa5eap-1f, 0x1.e9ca28p-1f, 0x1.8f02e6p-1f, 0x1.cd1f14p-1f, 0x1.b3246p-5f}));
    EXPECT_EQ(draw<std::int64_t>(kernels, context, Kind::bits, seed, 0, 4),
              (std::vector<std::int64_t>{6154196865642037235, 6934132758130665187, 2527459333418743590,
                                         2112951231140743153}));
    const std::vector<double> normal = draw<double>(kernels, context, Kind::normal, seed, 0, 4);
    const double wanted[] = {0.11118446543601734, 1.7776538253960037, 1.4696832528389256, -0.02007665233171394};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(normal[i], wanted[i], 4e-16 * std::abs(wanted[i]));
    const std::vector<float> narrow = draw<float>(kernels, context, Kind::normal, seed, 0, 4);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(narrow[i], static_cast<float>(normal[i]));
  });
}

template <class T>
void check_parts(Kind kind) {
  const std::vector<T> whole = draw<T>(kind, 20011, seed);
  everywhere([&](const TensorKernels& kernels, Context& context) {
    test::expect_same(draw<T>(kernels, context, kind, seed, 0, whole.size()), whole);
    for (const std::size_t cut : {1u, 2u, 3u, 5u, 511u, 1024u, 8193u}) {
      const std::vector<T> rest = draw<T>(kernels, context, kind, seed, cut, whole.size() - cut);
      test::expect_same(rest, std::vector<T>(whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end()));
      const std::vector<T> head = draw<T>(kernels, context, kind, seed, 0, cut);
      test::expect_same(head, std::vector<T>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)));
    }
    EXPECT_TRUE(draw<T>(kernels, context, kind, seed, 3, 0).empty());
  });
}

TEST(RandomKernel, TwoFillsAreOne) {
  check_parts<double>(Kind::uniform);
  check_parts<float>(Kind::uniform);
  check_parts<double>(Kind::normal);
  check_parts<float>(Kind::normal);
  check_parts<std::int64_t>(Kind::bits);
}

constexpr std::size_t many = 1000000;

/// The largest distance between the two distribution functions, times sqrt(n): above 1.95 one time in a thousand.
template <class T, class Distribution>
double kolmogorov(std::vector<T> values, const Distribution& distribution) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = distribution(static_cast<double>(values[i]));
    worst = std::max({worst, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return worst * std::sqrt(n);
}

/// Mean, variance and correlation of neighbours, in standard errors.
template <class T>
void check_moments(const std::vector<T>& values, double mean, double variance, double fourth) {
  double sum = 0, squares = 0, neighbours = 0, last = 0;
  for (const T value : values) {
    const double x = static_cast<double>(value) - mean;
    sum += x;
    squares += x * x;
    neighbours += x * last;
    last = x;
  }
  const auto n = static_cast<double>(values.size());
  EXPECT_LT(std::abs(sum), 4 * std::sqrt(n * variance));
  EXPECT_LT(std::abs(squares - n * variance), 4 * std::sqrt(n * (fourth - variance * variance)));
  EXPECT_LT(std::abs(neighbours), 4 * std::sqrt(n) * variance);
}

template <class T>
void check_uniform() {
  const std::vector<T> values = draw<T>(Kind::uniform, many);
  EXPECT_GE(*std::min_element(values.begin(), values.end()), T(0));
  EXPECT_LT(*std::max_element(values.begin(), values.end()), T(1));
  check_moments(values, 0.5, 1.0 / 12, 1.0 / 80);
  EXPECT_LT(kolmogorov(values, [](double x) { return x; }), 1.95);
}

TEST(RandomKernel, UniformsAreUniform) {
  check_uniform<double>();
  check_uniform<float>();
}

template <class T>
void check_normal() {
  const std::vector<T> values = draw<T>(Kind::normal, many);
  check_moments(values, 0, 1, 3);
  EXPECT_LT(kolmogorov(values, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }), 1.95);
  const double beyond_3 = static_cast<double>(std::count_if(values.begin(), values.end(), [](T x) { return x > 3; }));
  EXPECT_NEAR(beyond_3, 1349.9, 4 * std::sqrt(1350.0));
}

TEST(RandomKernel, NormalsAreNormal) {
  check_normal<double>();
  check_normal<float>();
}

TEST(RandomKernel, BitsAreFairAndNotNegative) {
  const std::vector<std::int64_t> values = draw<std::int64_t>(Kind::bits, 100000);
  for (int bit = 0; bit < 64; ++bit) {
    const auto ones = std::count_if(values.begin(), values.end(), [&](std::int64_t x) { return x >> bit & 1; });
    EXPECT_NEAR(static_cast<double>(ones), bit == 63 ? 0.0 : 50000.0, bit == 63 ? 0.0 : 790.0);  // five deviations
  }
}

TEST(RandomKernel, SeedsAndKindsHaveStreamsOfTheirOwn) {
  const std::vector<double> one = draw<double>(Kind::uniform, 1000, 1), other = draw<double>(Kind::uniform, 1000, 2);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NE(one[i], other[i]);
  EXPECT_NE(draws::words(1, draws::Stream::wide, 0).word[0], draws::words(1, draws::Stream::narrow, 0).word[0]);
}

TEST(RandomKernel, TurnsAreExactToOneUnit) {
  const long double pi = 3.14159265358979323846264338327950288L;
  const auto off = [](double got, long double wanted) {
    if (wanted == 0) return got == 0 ? 0.0 : 1e9;
    int exponent;
    std::frexp(wanted, &exponent);
    return static_cast<double>(std::abs(got - wanted) / std::ldexp(1.0L, exponent - 53));
  };
  double worst = 0;
  std::vector<double> turns = draw<double>(Kind::uniform, 200000);
  for (int i = 0; i < 64; ++i) turns.push_back(i / 64.0);
  for (int i = 3; i < 53; ++i) turns.push_back(std::ldexp(1.0, -i)), turns.push_back(1 - std::ldexp(1.0, -i));
  for (const double u : turns) {
    // The quarter is exact, so that the rest is small where the result is.
    const double quarter = std::nearbyint(4 * u);
    const long double x = 2 * pi * static_cast<long double>(u - quarter / 4);
    const long double s = std::sin(x), c = std::cos(x);
    const int q = static_cast<int>(quarter) & 3;
    const long double sine = q == 0 ? s : q == 1 ? c : q == 2 ? -s : -c;
    const long double cosine = q == 0 ? c : q == 1 ? -s : q == 2 ? -c : s;
    const draws::Pair pair = draws::turn(u);
    worst = std::max({worst, off(pair.sine, sine), off(pair.cosine, cosine)});
  }
  EXPECT_LT(worst, 0.85);  // units in the last place
}

}  // namespace
}  // namespace linden
