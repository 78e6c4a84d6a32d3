#include "linear/optimality/concave_gap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "linear/optimality/gap.hpp"

namespace linden {
namespace {

constexpr std::int64_t most_weights_of_convex = 600;
constexpr int most_tries = 12;

std::vector<double> least_of(const Point& point) {
  std::vector<double> s(point.parameters().size());
  least_subgradient(point.objective(), point.parameters(), point.gradient(), s);
  return s;
}

double bend_of_penalty(const Objective& objective, std::int64_t i) {
  return objective.penalty().concave[static_cast<std::size_t>(i % objective.width())].bend;
}

/// Whether a symmetric matrix [n, n] is positive definite.
bool is_definite(std::vector<double> a, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k)
      for (std::size_t i = j; i < n; ++i) a[i * n + j] -= a[i * n + k] * a[j * n + k];
    if (!(a[j * n + j] > 0)) return false;
    const double root = std::sqrt(a[j * n + j]);
    for (std::size_t i = j; i < n; ++i) a[i * n + j] /= root;
  }
  return true;
}

}  // namespace

double stationary_gap(const Point& point) {
  const Objective& objective = point.objective();
  const double curvature = point.mean_curvature();
  const std::vector<double> s = least_of(point);
  double gap = 0;
  for (std::size_t j = 0; j < s.size(); ++j) {
    const auto i = static_cast<std::int64_t>(j);
    if (s[j] == 0) continue;
    const double loss = curvature + objective.l2(i);
    gap += 0.5 * s[j] * (s[j] / std::max(loss - bend_of_penalty(objective, i), 0.1 * loss));
  }
  return gap;
}

std::optional<double> concave_gap(const Point& point) {
  Objective& objective = point.objective();
  if (!objective.rows().is_quadratic() || objective.size() > most_weights_of_convex) return std::nullopt;
  Hessian room = objective.hessian_room();
  std::vector<double> h = point.hessian(room);
  const std::vector<double> s = least_of(point);
  const auto n = static_cast<std::size_t>(objective.size());
  double trace = 0, square = 0;
  for (std::size_t j = 0; j < n; ++j) {
    if (!objective.is_free(static_cast<std::int64_t>(j))) continue;
    h[j * n + j] -= bend_of_penalty(objective, static_cast<std::int64_t>(j));
    trace += std::abs(h[j * n + j]);
    square += s[j] * s[j];
  }
  double least = trace / static_cast<double>(n);
  for (int k = 0; k < most_tries; ++k, least /= 3) {
    std::vector<double> shifted = h;
    for (std::size_t j = 0; j < n; ++j) shifted[j * n + j] -= least;
    if (is_definite(std::move(shifted), n)) return 0.5 * square / least + rounding_of(point.value());
  }
  return std::nullopt;
}

}  // namespace linden
