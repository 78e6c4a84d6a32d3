// With s_i = sign(q_i) (|q_i| - l1)+, the conjugate at -q is (|s| - group)+^2 / (2 l2), which for l2 = 0 is 0 where
// |s| <= group and infinite elsewhere.
#include "linear/objective/group_penalty.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace linden {
namespace {

double shrunk(double x, double by) noexcept { return x > by ? x - by : x < -by ? x + by : 0.0; }

/// |s| for q = t v.
double shrunk_norm(std::span<const double> v, double t, double l1) noexcept {
  double largest = 0;
  for (const double x : v) largest = std::max(largest, std::abs(shrunk(t * x, l1)));
  if (!(largest > 0) || !std::isfinite(largest)) return largest;
  double sum = 0;
  for (const double x : v) {
    const double s = shrunk(t * x, l1) / largest;
    sum += s * s;
  }
  return largest * std::sqrt(sum);
}

}  // namespace

double euclidean_norm(std::span<const double> z) noexcept { return shrunk_norm(z, 1, 0); }

void GroupPenalty::least_subgradient(std::span<const double> z, std::span<const double> slope,
                                     std::span<double> out) const {
  const double norm = euclidean_norm(z);
  const double rest = norm > 0 ? 0 : shrunk_norm(slope, 1, l1), kept = rest > group ? 1 - group / rest : 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (std::isnan(slope[i]))
      out[i] = slope[i];
    else if (!(norm > 0))
      out[i] = kept * shrunk(slope[i], l1);
    else
      out[i] = z[i] == 0 ? shrunk(slope[i], l1) : slope[i] + (z[i] > 0 ? l1 : -l1) + group * (z[i] / norm);
  }
}

double GroupPenalty::excess_at_zero(std::span<const double> slope) const { return shrunk_norm(slope, 1, l1) - group; }

void GroupPenalty::settle(std::span<const double> z, std::span<const double> slope, double curvature,
                          std::span<double> out) const {
  for (std::size_t i = 0; i < z.size(); ++i) out[i] = shrunk(curvature * z[i] - slope[i], l1) / curvature;
  const double norm = euclidean_norm(out), kept = group < curvature * norm ? 1 - group / (curvature * norm) : 0;
  for (double& x : out) x *= kept;
}

// t -> |s(t)| is convex and rises: Newton's steps from the right come to the root from that side.
double GroupPenalty::factor(std::span<const double> v) const {
  constexpr int most_steps = 60;
  if (l2 > 0 || !(shrunk_norm(v, 1, l1) > group)) return 1;
  double t = 1;
  for (int k = 0; k < most_steps; ++k) {
    const double norm = shrunk_norm(v, t, l1);
    if (!(norm > group)) return t;
    double slope = 0;
    for (const double x : v) slope += shrunk(t * x, l1) / norm * x;
    const double next = t - (norm - group) / slope;
    if (!(next < t)) break;
    t = std::max(next, 0.0);
  }
  // A hair to the side where the conjugate is finite.
  for (double off = 1e-16; shrunk_norm(v, t, l1) > group && t > 0; off *= 2) t *= 1 - off;
  return t;
}

// With l2 the lowest point x of q . z + P(z) is known, and q + l2 x is a dual point of the rest that is tight at x: the
// gap is l2 / 2 |z - x|^2 and what that point, r, leaves of l1 and the group. r falls into s and what l1 takes of it,
// and with n = |z|
//
//     group n + z . s = n / (2 group) (|s + group z / n|^2 + (group - |s|) (group + |s|)),
//
// which is no difference of large numbers where z is the optimum.
double GroupPenalty::gap(std::span<const double> z, std::span<const double> q) const {
  const std::size_t size = z.size();
  std::vector<double> r(q.begin(), q.end());
  double sum = 0;
  if (l2 > 0) {
    const double norm = shrunk_norm(q, 1, l1), kept = norm > group ? 1 - group / norm : 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double x = -kept * shrunk(q[i], l1) / l2;
      r[i] += l2 * x;
      sum += 0.5 * l2 * (z[i] - x) * (z[i] - x);
    }
  }
  const double norm = euclidean_norm(z);
  if (norm == 0) return sum;
  double off = 0, square = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double s = shrunk(r[i], l1), side = z[i] > 0 ? l1 : -l1;
    if (z[i] != 0) sum += std::max(z[i] * (side + (r[i] - s)), 0.0);
    const double e = s + group * (z[i] / norm);
    off += e * e;
    square += s * s;
  }
  const double size_of_s = std::sqrt(square);
  return sum + std::max(norm / (2 * group) * (off + (group - size_of_s) * (group + size_of_s)), 0.0);
}

}  // namespace linden
