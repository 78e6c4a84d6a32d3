#include "linear/objective/inner_product.hpp"

#include <cstddef>

namespace linden {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double inner_product(std::span<const double> a, std::span<const double> b) {
  double lanes[4] = {}, rest = 0;
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4)
    for (std::size_t lane = 0; lane < 4; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  for (; i < a.size(); ++i) rest += a[i] * b[i];
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + rest;
}

}  // namespace linden
