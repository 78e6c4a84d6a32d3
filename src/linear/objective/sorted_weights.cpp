// With l2 the lowest point x of q . z + P(z) is the proximal point of -q / l2, and r = q + l2 x is a dual point of the
// sorted l1 alone: the gap is l2 / 2 |z - x|^2 and what r leaves of it. Both are >= 0.
#include "linear/objective/sorted_weights.hpp"

#include <algorithm>
#include <cmath>

#include "linear/objective/sorted_penalty.hpp"

namespace linden {

double alike_of(std::span<const double> z) noexcept {
  double largest = 0;
  for (const double value : z) largest = std::max(largest, std::abs(value));
  return 1e-13 * largest;
}

std::vector<double> SortedWeights::weights(std::span<const double> u, std::size_t first) const {
  std::vector<double> z;
  for (std::size_t k = 0; k < columns.size(); ++k) z.push_back(u[first + columns[k]] * unit[k]);
  return z;
}

std::vector<double> SortedWeights::slopes(std::span<const double> v, std::size_t first) const {
  std::vector<double> slopes;
  for (std::size_t k = 0; k < columns.size(); ++k) slopes.push_back(v[first + columns[k]] / unit[k]);
  return slopes;
}

double SortedWeights::value(std::span<const double> u) const {
  double sum = 0;
  for (std::size_t first = 0; first < u.size() && !empty(); first += width())
    sum += sorted_value(weights(u, first), strengths);
  return sum;
}

void SortedWeights::least_subgradient(std::span<const double> u, std::span<const double> slope,
                                      std::span<double> out) const {
  for (std::size_t first = 0; first < u.size() && !empty(); first += width()) {
    const std::vector<double> z = weights(u, first);
    std::vector<double> down = slopes(slope, first), to(z.size());
    for (double& value : down) value = -value;
    sorted_direction(z, down, strengths, alike_of(z), to);
    for (std::size_t k = 0; k < z.size(); ++k)
      out[first + columns[k]] = std::isnan(down[k]) ? down[k] : -to[k] * unit[k];
  }
}

double SortedWeights::factor(std::span<const double> v, double most) const {
  if (l2 > 0) return most;
  for (std::size_t first = 0; first < v.size() && !empty(); first += width())
    most = std::min(most, sorted_factor(slopes(v, first), strengths));
  return most;
}

double SortedWeights::gap(std::span<const double> u, std::span<const double> v, double t) const {
  double sum = 0;
  for (std::size_t first = 0; first < u.size() && !empty(); first += width()) {
    const std::vector<double> z = weights(u, first);
    std::vector<double> r = slopes(v, first);
    for (double& value : r) value *= t;
    if (l2 > 0) {
      std::vector<double> at, x(z.size()), shares;
      for (const double value : r) at.push_back(-value / l2);
      for (const double strength : strengths) shares.push_back(strength / l2);
      sorted_prox(at, shares, x);
      for (std::size_t k = 0; k < z.size(); ++k) {
        r[k] += l2 * x[k];
        sum += 0.5 * l2 * (z[k] - x[k]) * (z[k] - x[k]);
      }
    }
    long double rest = sorted_value(z, strengths);
    for (std::size_t k = 0; k < z.size(); ++k) rest += static_cast<long double>(z[k]) * r[k];
    sum += std::max(static_cast<double>(rest), 0.0);
  }
  return sum;
}

}  // namespace linden
