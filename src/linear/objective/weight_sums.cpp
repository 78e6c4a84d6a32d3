#include "linear/objective/weight_sums.hpp"

#include <algorithm>

#include "linear/objective/inner_product.hpp"

namespace linden {

double SquaredSums::value(std::span<const double> u) const {
  double sum = 0;
  for (std::size_t first = 0; first < u.size() && !empty(); first += diagonal.size())
    for (const WeightSum& row : rows) {
      const double value = row.of(&u[first]);
      sum += value * value;
    }
  return sum / 2;
}

void SquaredSums::add_product(std::span<const double> u, std::span<double> out) const {
  for (std::size_t first = 0; first < u.size() && !empty(); first += diagonal.size())
    for (const WeightSum& row : rows) row.add_to(&out[first], row.of(&u[first]));
}

void SquaredSums::add_to_matrix(double* first, std::size_t stride) const {
  for (const WeightSum& row : rows)
    for (const auto& [i, a] : row.terms)
      for (const auto& [j, b] : row.terms)
        if (j <= i) first[i * stride + j] += a * b;
}

// Twice: what rounding left of the first time is taken off by the second.
void Equations::project(std::span<double> x) const {
  for (int time = 0; time < 2; ++time)
    for (const std::vector<double>& row : rows)
      for (std::size_t first = 0; first < x.size(); first += row.size()) {
        const std::span<double> part = x.subspan(first, row.size());
        const double across = inner_product(row, part);
        for (std::size_t j = 0; j < row.size(); ++j) part[j] -= across * row[j];
      }
}

void Equations::meet(std::span<double> u) const {
  project(u);
  for (std::size_t e = 0; e < rows.size(); ++e)
    for (std::size_t i = 0; i < u.size(); ++i) u[i] += values[e] * rows[e][i % rows[e].size()];
}

}  // namespace linden
