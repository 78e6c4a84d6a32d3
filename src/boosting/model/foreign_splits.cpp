#include "boosting/model/foreign_splits.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "backend/tree/forest_view.hpp"
#include "base/fail.hpp"

namespace linden {
namespace {

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

[[noreturn]] void refuse(double bound, Comparison comparison) {
  fail<ArgumentError>("a split by value {} {} is none that a finite threshold makes.",
                      comparison == Comparison::less ? "<" : "<=", bound);
}

// Where a float rounds to infinity, the next one would be this.
double without_end(float value) { return std::isinf(value) ? std::copysign(0x1p128, value) : value; }

}  // namespace

double threshold_for(double bound, Comparison comparison) {
  const double last = comparison == Comparison::less ? std::nextafter(bound, -infinity<double>) : bound;
  if (!std::isfinite(last)) refuse(bound, comparison);
  return last;
}

double threshold_for(float bound, Comparison comparison) {
  const bool is_less = comparison == Comparison::less;
  const float last = is_less ? std::nextafter(bound, -infinity<float>) : bound;
  const float first = is_less ? bound : std::nextafter(bound, infinity<float>);
  if (!(last < first)) refuse(bound, comparison);
  const double middle = (without_end(last) + without_end(first)) / 2;
  const bool rounds_down = (std::bit_cast<std::uint32_t>(last) & 1) == 0;
  return rounds_down ? middle : std::nextafter(middle, -infinity<double>);
}

void set_missing(TreeNode& split, MissingType type, bool default_left) {
  const bool zero_left = 0 <= split.threshold;
  split.missing_left = type == MissingType::none ? zero_left : default_left;
  const bool all_zeros_follow = default_left ? split.threshold >= zero_bound : split.threshold < -zero_bound;
  split.zero_missing = type == MissingType::zero && !all_zeros_follow;
}

}  // namespace linden
