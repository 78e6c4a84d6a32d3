// What paths are asked for: ranges, and strengths between two ends.
#include <cmath>

#include "base/fail.hpp"
#include "linear_path/path_maker.hpp"

namespace linden {

void check_path_options(const char* where, const LinearPathOptions& options) {
  if (!(options.l1_share >= 0 && options.l1_share <= 1))
    fail<ArgumentError>("{}: .l1_share is {}; it must be from 0 to 1.", where, options.l1_share);
  if (options.most_nonzero < 0)
    fail<ArgumentError>("{}: .most_nonzero is {}; it must be 0 (no limit) or more.", where, options.most_nonzero);
  if (options.strengths.empty()) {
    if (options.count < 2 || options.count > 100'000)
      fail<ArgumentError>("{}: .count is {}; it must be from 2 to 100000.", where, options.count);
    if (!(options.least > 0 && options.least < 1))
      fail<ArgumentError>("{}: .least is {}; it must be above 0 and below 1.", where, options.least);
    if (options.l1_share == 0)
      fail<ArgumentError>(
          "{}: .l1_share is 0, and without l1 there is no strength at which all weights are 0, for the path to begin "
          "at. Hint: .strengths.",
          where);
    return;
  }
  for (std::size_t i = 0; i < options.strengths.size(); ++i) {
    const double strength = options.strengths[i];
    if (!(strength > 0) || !std::isfinite(strength))
      fail<ArgumentError>("{}: .strengths has {} at place {}; strengths must be above 0.", where, strength, i);
    if (i > 0 && !(strength < options.strengths[i - 1]))
      fail<ArgumentError>("{}: .strengths has {} behind {}; strengths must fall.", where, strength,
                          options.strengths[i - 1]);
  }
}

std::vector<double> spaced_strengths(double largest, const LinearPathOptions& options) {
  std::vector<double> strengths;
  const double steps = options.count - 1;
  for (int k = 0; k < options.count; ++k) strengths.push_back(largest * std::pow(options.least, k / steps));
  return strengths;
}

}  // namespace linden
