#include "linear/units_of_sums.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fail.hpp"

namespace linden {
namespace {

class Places {
 public:
  explicit Places(std::span<const std::string> names) {
    for (std::size_t j = 0; j < names.size(); ++j) place_.emplace(names[j], j);
  }
  /// Of a name, or no place where sparse rows have no entry of it.
  std::size_t of(const std::string& name) const {
    const auto found = place_.find(name);
    return found == place_.end() ? none : found->second;
  }
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

 private:
  std::unordered_map<std::string_view, std::size_t> place_;
};

// Rows R with R' R = Q, [n, n], by Cholesky with the largest pivot first; what is left is to be rounding.
std::vector<std::vector<double>> roots_of(const WeightMatrix& matrix) {
  const std::size_t n = matrix.columns.size();
  std::vector<long double> rest(matrix.values.begin(), matrix.values.end());
  long double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::abs(rest[i * n + i]));
    for (std::size_t j = 0; j < i; ++j) rest[i * n + j] = rest[j * n + i] = (rest[i * n + j] + rest[j * n + i]) / 2;
  }
  const long double rounding = 1e-14L * largest * static_cast<long double>(n);
  std::vector<std::vector<double>> roots;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = 0;
    for (std::size_t i = 1; i < n; ++i)
      if (rest[i * n + i] > rest[pivot * n + pivot]) pivot = i;
    if (!(rest[pivot * n + pivot] > rounding)) break;
    const long double root = std::sqrt(rest[pivot * n + pivot]);
    std::vector<long double> row(n);
    for (std::size_t j = 0; j < n; ++j) row[j] = rest[pivot * n + j] / root;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) rest[i * n + j] -= row[i] * row[j];
    roots.emplace_back(row.begin(), row.end());
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      if (std::abs(rest[i * n + j]) <= 100 * rounding) continue;
      fail<ArgumentError>(
          "LinearConfig.penalty.matrix is not positive semidefinite: there are weights of \"{}\" and \"{}\" for which "
          "w' Q w is below 0. Hint: D' D of any D is, see penalty.differences.",
          matrix.columns[i], matrix.columns[j]);
    }
  return roots;
}

}  // namespace

SquaredSums squares_of(const LinearConfig& config, std::span<const std::string> names, std::span<const double> units) {
  SquaredSums squares;
  const ColumnPenalties& penalty = config.penalty;
  if (penalty.tikhonov == 0) return squares;
  const Places places(names);
  const double strength = std::sqrt(penalty.tikhonov);
  WeightSum sum;
  const auto add_term = [&](const std::string& name, double value) {
    const std::size_t j = places.of(name);
    if (j != Places::none && units[j] > 0 && value != 0) sum.terms.emplace_back(j, strength * value * units[j]);
  };
  const auto add_row = [&] {
    if (!sum.terms.empty()) squares.rows.push_back(std::exchange(sum, {}));
  };
  for (const std::vector<double>& root : roots_of(penalty.matrix)) {
    for (std::size_t i = 0; i < root.size(); ++i) add_term(penalty.matrix.columns[i], root[i]);
    add_row();
  }
  for (const FeatureValues& difference : penalty.differences) {
    for (const auto& [name, value] : difference) add_term(name, value);
    add_row();
  }
  if (squares.rows.empty()) return squares;
  squares.diagonal.assign(names.size() + 1, 0);
  for (const WeightSum& row : squares.rows)
    for (const auto& [column, value] : row.terms) squares.diagonal[column] += value * value;
  return squares;
}

// By Gram and Schmidt's rule, twice for each row.
Equations equations_of(const LinearConfig& config, std::span<const std::string> names,
                       std::span<const double> factors) {
  constexpr long double dependent = 1e-10L;
  Equations equations;
  const Places places(names);
  std::vector<std::vector<long double>> rows;
  std::vector<long double> values;
  const auto product = [](const std::vector<long double>& a, const std::vector<long double>& b) {
    long double sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
    return sum;
  };
  for (std::size_t e = 0; e < config.constraints.equal.size(); ++e) {
    const WeightEquation& equation = config.constraints.equal[e];
    std::vector<long double> row(names.size() + 1);
    long double value = equation.value;
    for (const auto& [name, number] : equation.sum)
      if (const std::size_t j = places.of(name); j != Places::none)
        row[j] = static_cast<long double>(number) * factors[j];
    const long double size = std::sqrt(product(row, row));
    for (int time = 0; time < 2; ++time)
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const long double along = product(rows[k], row);
        for (std::size_t j = 0; j < row.size(); ++j) row[j] -= along * rows[k][j];
        value -= along * values[k];
      }
    const long double left = std::sqrt(product(row, row));
    if (!(left > dependent * size))
      fail<ArgumentError>(
          "LinearConfig.constraints.equal: equation {} {}. Hint: leave it out.", e,
          size > 0 ? "follows from those before it, or contradicts them" : "is of columns that have no weight");
    for (long double& number : row) number /= left;
    rows.push_back(row);
    values.push_back(value / left);
    equations.rows.emplace_back(row.begin(), row.end());
    equations.values.push_back(static_cast<double>(values.back()));
  }
  return equations;
}

}  // namespace linden
