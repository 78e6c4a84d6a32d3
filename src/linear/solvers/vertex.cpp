#include "linear/solvers/vertex.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "backend/raw_value.hpp"

namespace linden {
namespace {

constexpr std::size_t most_parameters = 500;
constexpr std::size_t candidates_each = 4, candidates_more = 20;  // rows that are tried
constexpr double dependent = 1e-8;                                // of a row's size, that is left of it

using Real = long double;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// A row of the standardised design, [width].
std::vector<double> row_of(const Design& design, std::int64_t row) {
  const DesignView view = design.view();
  std::vector<double> out(index(view.width()), 0.0);
  if (view.sparse)
    each_entry(view, row, row + 1, [&](std::int64_t, std::int32_t j, double value) { out[index(j)] = value; });
  for (std::int32_t j = 0; j < view.features; ++j) {
    const double raw = view.sparse ? out[index(j)] : raw_value(view.columns[j], row);
    out[index(j)] = view.factor[j] == 0 ? 0 : (raw - view.shift[j]) * view.factor[j];
  }
  out.back() = view.intercept ? 1 : 0;
  return out;
}

/// Gaussian elimination with row pivots, [n, n] row-major: x = a^-1 x.
bool solve(std::vector<Real> a, std::vector<Real>& x) {
  const std::size_t n = x.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    if (a[pivot * n + k] == 0) return false;
    if (pivot != k) {
      std::swap_ranges(a.begin() + static_cast<std::ptrdiff_t>(k * n),
                       a.begin() + static_cast<std::ptrdiff_t>((k + 1) * n),
                       a.begin() + static_cast<std::ptrdiff_t>(pivot * n));
      std::swap(x[k], x[pivot]);
    }
    for (std::size_t i = k + 1; i < n; ++i) {
      const Real by = a[i * n + k] / a[k * n + k];
      if (by == 0) continue;
      for (std::size_t j = k; j < n; ++j) a[i * n + j] -= by * a[k * n + j];
      x[i] -= by * x[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) x[k] -= a[k * n + j] * x[j];
    x[k] /= a[k * n + k];
  }
  return true;
}

/// Rows that do not depend on those before them.
class Basis {
 public:
  bool add(std::vector<double> row) {
    const double before = size_of(row);
    for (int twice = 0; twice < 2; ++twice)
      for (const std::vector<double>& other : rows_) {
        const double along = std::inner_product(row.begin(), row.end(), other.begin(), 0.0);
        for (std::size_t j = 0; j < row.size(); ++j) row[j] -= along * other[j];
      }
    const double left = size_of(row);
    if (!(left > dependent * before)) return false;
    for (double& value : row) value /= left;
    rows_.push_back(std::move(row));
    return true;
  }

 private:
  static double size_of(const std::vector<double>& row) {
    return std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
  }
  std::vector<std::vector<double>> rows_;
};

}  // namespace

std::optional<std::vector<double>> vertex_near(const Objective& objective, const CornerPieces& rows,
                                               std::span<const double> at, std::span<const std::uint8_t> held) {
  std::vector<std::size_t> free;
  for (std::int64_t j = 0; j < objective.size(); ++j)
    if (objective.is_free(j) && held[index(j)] == 0) free.push_back(index(j));
  const std::size_t n = free.size();
  if (n == 0 || n > most_parameters || rows.size() < n) return std::nullopt;

  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto is_nearer = [&](std::size_t a, std::size_t b) {
    const double x = rows.distance(a) * rows.slack(b), y = rows.distance(b) * rows.slack(a);
    return x != y ? x < y : a < b;
  };
  const std::size_t tried = std::min(order.size(), candidates_each * n + candidates_more);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(tried), order.end(), is_nearer);

  Basis basis;
  std::vector<Real> matrix, target;
  for (std::size_t c = 0; c < tried && target.size() < n; ++c) {
    const std::size_t k = order[c];
    const std::vector<double> row = row_of(objective.design(), rows.source(k));
    std::vector<double> part;
    for (const std::size_t j : free) part.push_back(row[j]);
    if (!basis.add(part)) continue;
    const std::span<const double> offsets = objective.rows().offsets;
    Real to = rows.at(k) - (offsets.empty() ? 0 : Real(offsets[index(rows.source(k))]));
    for (std::size_t j = 0; j < row.size(); ++j)
      if (held[j] != 0) to -= Real(row[j]) * at[j];
    matrix.insert(matrix.end(), part.begin(), part.end());
    target.push_back(to);
  }
  if (target.size() < n || !solve(std::move(matrix), target)) return std::nullopt;
  std::vector<double> vertex(at.begin(), at.end());
  for (std::size_t i = 0; i < n; ++i) {
    vertex[free[i]] = static_cast<double>(target[i]);
    if (!std::isfinite(vertex[free[i]])) return std::nullopt;
    const ColumnPenalty penalty = objective.column_penalty(static_cast<std::int64_t>(free[i]));
    if (penalty.clamp(vertex[free[i]]) != vertex[free[i]]) return std::nullopt;
  }
  return vertex;
}

}  // namespace linden
