// The conjugate is finite (and 0) where the k largest sizes sum to s_1 + ... + s_k at most, for every k. Pools are
// those of isotonic regression: neighbours of a falling sequence that rise are given their mean.
#include "linear/objective/sorted_penalty.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace linden {
namespace {

std::vector<std::size_t> by_size(std::span<const double> v) {
  std::vector<std::size_t> order(v.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return std::abs(v[a]) > std::abs(v[b]); });
  return order;
}

struct Pool {
  double sum = 0;
  std::size_t count = 0;
  double mean() const { return sum / static_cast<double>(count); }
};

/// The nearest sequence that does not rise.
void make_falling(std::span<double> x) {
  std::vector<Pool> pools;
  for (const double value : x) {
    pools.push_back({value, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() <= pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::size_t i = 0;
  for (const Pool& pool : pools)
    for (std::size_t k = 0; k < pool.count; ++k) x[i++] = pool.mean();
}

}  // namespace

double sorted_value(std::span<const double> z, std::span<const double> s) {
  std::vector<double> sizes;
  for (const double value : z) sizes.push_back(std::abs(value));
  std::ranges::sort(sizes, std::greater());
  long double sum = 0;
  for (std::size_t k = 0; k < sizes.size(); ++k) sum += static_cast<long double>(s[k]) * sizes[k];
  return static_cast<double>(sum);
}

void sorted_prox(std::span<const double> v, std::span<const double> s, std::span<double> out) {
  const std::vector<std::size_t> order = by_size(v);
  std::vector<double> x;
  for (std::size_t k = 0; k < order.size(); ++k) x.push_back(std::abs(v[order[k]]) - s[k]);
  make_falling(x);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double size = std::max(x[k], 0.0);
    out[order[k]] = v[order[k]] < 0 ? -size : size;
  }
}

// Sizes that are apart keep their order for a while; those that are alike have an order among themselves, where signs
// count, and those of 0 have the penalty again.
void sorted_direction(std::span<const double> z, std::span<const double> v, std::span<const double> s, double alike,
                      std::span<double> out) {
  const std::vector<std::size_t> order = by_size(z);
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const bool is_zero = std::abs(z[order[begin]]) <= alike;
    const auto is_same = [&](std::size_t k) {
      return is_zero || std::abs(z[order[k - 1]]) - std::abs(z[order[k]]) <= alike;
    };
    for (end = begin + 1; end < order.size() && is_same(end); ++end) continue;
    std::vector<std::size_t> members(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                     order.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<double> part, x(members.size());
    if (is_zero) {
      for (const std::size_t i : members) part.push_back(v[i]);
      sorted_prox(part, s.subspan(begin), x);
      for (std::size_t k = 0; k < members.size(); ++k) out[members[k]] = x[k];
      continue;
    }
    const auto along = [&](std::size_t i) { return z[i] < 0 ? -v[i] : v[i]; };
    std::ranges::stable_sort(members, [&](std::size_t a, std::size_t b) { return along(a) > along(b); });
    for (std::size_t k = 0; k < members.size(); ++k) x[k] = along(members[k]) - s[begin + k];
    make_falling(x);
    for (std::size_t k = 0; k < members.size(); ++k) out[members[k]] = z[members[k]] < 0 ? -x[k] : x[k];
  }
}

double sorted_factor(std::span<const double> v, std::span<const double> s) {
  std::vector<double> sizes;
  for (const double value : v) sizes.push_back(std::abs(value));
  std::ranges::sort(sizes, std::greater());
  long double sum = 0, most = 0, t = 1;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    sum += sizes[k];
    most += s[k];
    if (sum * t > most) t = most / sum;
  }
  return static_cast<double>(t);
}

}  // namespace linden
