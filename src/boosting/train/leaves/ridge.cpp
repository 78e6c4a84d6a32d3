#include "boosting/train/leaves/ridge.hpp"

#include <cmath>

namespace linden {
namespace {

constexpr double least_pivot = 1e-6;  // as a share of what stands on the diagonal

}  // namespace

// By Cholesky's decomposition of the features that stay.
std::vector<double> ridge(const Triangle& gram, const std::vector<double>& target, double l2) {
  const std::size_t features = target.size();
  Triangle root(features);
  std::vector<double> weights(features);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < features; ++i) {
    double pivot = gram(i, i) + l2, rest = target[i];
    for (const std::size_t j : kept) {
      double product = gram(i, j);
      for (const std::size_t k : kept) {
        if (k == j) break;
        product -= root(i, k) * root(j, k);
      }
      root(i, j) = product / root(j, j);
      pivot -= root(i, j) * root(i, j);
      rest -= root(i, j) * weights[j];
    }
    if (!(pivot > least_pivot * (gram(i, i) + l2))) continue;
    root(i, i) = std::sqrt(pivot);
    weights[i] = rest / root(i, i);
    kept.push_back(i);
  }
  for (std::size_t n = kept.size(); n-- > 0;) {
    const std::size_t i = kept[n];
    for (std::size_t m = n + 1; m < kept.size(); ++m) weights[i] -= root(kept[m], i) * weights[kept[m]];
    weights[i] /= root(i, i);
  }
  return weights;
}

}  // namespace linden
