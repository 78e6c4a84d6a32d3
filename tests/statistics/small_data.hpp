// Small data sets for statistics, the same everywhere.
#pragma once

#include <cmath>
#include <cstdint>
#include <linden/data.hpp>
#include <vector>

namespace linden::small {

/// Numbers in (0, 1), of a linear congruence.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2654435761 + 1) {}
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state_ >> 11) + 0.5) * 0x1p-53;
  }
  /// About normal.
  double bell() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += next();
    return sum;
  }

 private:
  std::uint64_t state_;
};

inline std::vector<double> column_of(const Dataset& data, const char* name) {
  const Tensor values = data.column(name).values.contiguous();
  const auto span = values.span<const double>();
  return {span.begin(), span.end()};
}

/// Three columns, the third far from 0, and a label of noise about a plane.
inline Dataset numbers(int rows, bool weighted = false, std::uint64_t seed = 1) {
  Numbers random(seed);
  std::vector<double> x, y, w;
  for (int i = 0; i < rows; ++i) {
    const double a = random.bell(), b = random.next(), c = 100 + 3 * random.bell() + a;
    x.insert(x.end(), {a, b, c});
    y.push_back(1 + 2 * a - b + 0.3 * c + (0.5 + b) * random.bell());
    w.push_back(1 + static_cast<int>(3 * random.next()));
  }
  RowOptions options{.label = y, .names = {"a", "b", "c"}};
  if (weighted) options.weight = w;
  return Dataset::from_rows(std::move(x), 3, options);
}

/// Counts of mean exp(0.4 a - 0.7 b + 0.5), by inversion.
inline Dataset counts(int rows, std::uint64_t seed = 2) {
  Numbers random(seed);
  std::vector<double> x, y;
  for (int i = 0; i < rows; ++i) {
    const double a = random.bell(), b = random.next();
    x.insert(x.end(), {a, b});
    double mean = std::exp(0.4 * a - 0.7 * b + 0.5), share = std::exp(-mean), u = random.next();
    int count = 0;
    for (; u > share && count < 100; mean += 0) {
      u -= share;
      share *= mean / ++count;
    }
    y.push_back(count);
  }
  return Dataset::from_rows(std::move(x), 2, {.label = y, .names = {"a", "b"}});
}

/// Classes 0 and 1 that overlap.
inline Dataset classes(int rows, std::uint64_t seed = 3) {
  Numbers random(seed);
  std::vector<double> x, y;
  for (int i = 0; i < rows; ++i) {
    const double a = random.bell(), b = random.bell();
    x.insert(x.end(), {a, b});
    y.push_back(random.next() < 1 / (1 + std::exp(-(0.3 + a - 0.5 * b))) ? 1 : 0);
  }
  return Dataset::from_rows(std::move(x), 2, {.label = y, .names = {"a", "b"}});
}

}  // namespace linden::small
