// How the work of something grows with its size.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <limits>

namespace linden {

/// e where f(n), f(2 n) and f(4 n) go as n^e: the slope of a least squares line through the logarithms.
inline double fitted_exponent(const std::array<double, 3>& costs) {
  double sum = 0;
  for (int i = 0; i < 3; ++i) sum += (i - 1) * std::log2(costs[static_cast<std::size_t>(i)]);
  return sum / 2;
}

/// Processor seconds of a call.
struct ProcessorTime {
  template <class Call>
  double operator()(const Call& call) const {
    const std::clock_t start = std::clock();
    call();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
};

/// The exponent of the processor time of run(0), run(1) and run(2), whose sizes are n, 2 n and 4 n. Runs take turns,
/// and the shortest of each counts, so that what else the machine does falls on all alike; as long as the exponent is
/// above `limit` another turn is taken, for times only ever become truer. What takes less than a millisecond is taken
/// to take one.
template <class Run, class Measure = ProcessorTime>
double growth(double limit, const Run& run, const Measure& measure = {}) {
  std::array<double, 3> least;
  least.fill(std::numeric_limits<double>::infinity());
  double exponent = 0;
  for (int turn = 0; turn < 9 && (turn < 2 || exponent > limit); ++turn) {
    for (int i = 0; i < 3; ++i) {
      const double seconds = measure([&] { run(i); });
      double& shortest = least[static_cast<std::size_t>(i)];
      shortest = std::min(shortest, std::max(seconds, 1e-3));
    }
    exponent = fitted_exponent(least);
  }
  return exponent;
}

}  // namespace linden
