// Ridge regression of a few features, whose sums of products are known.
#pragma once

#include <cstddef>
#include <vector>

namespace linden {

/// The lower triangle of a symmetric matrix.
class Triangle {
 public:
  explicit Triangle(std::size_t size) : values_(size * (size + 1) / 2) {}
  double& operator()(std::size_t i, std::size_t j) { return values_[i * (i + 1) / 2 + j]; }  ///< j <= i
  double operator()(std::size_t i, std::size_t j) const { return values_[i * (i + 1) / 2 + j]; }

 private:
  std::vector<double> values_;
};

/// The w that makes w' gram w / 2 - target' w + l2 |w|^2 / 2 least. A feature whose part that those before it do not
/// explain is less than a millionth of it has no say: its weight is 0, as if it were not there.
std::vector<double> ridge(const Triangle& gram, const std::vector<double>& target, double l2);

}  // namespace linden
