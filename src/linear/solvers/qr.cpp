// Householder QR of the rows by the CPU's kernel; what follows works on its triangle R alone, [width, width], with the
// label's column beside it:
//
//     1. rows sqrt(l2_j) e_j are reflected into R, column by column;
//     2. columns are looked at from left to right. What remains of a column after the kept ones before it is the part
//        of it below their rows of R. Where that is next to nothing the column is left out, R becomes a staircase, and
//        a reflection of each later column closes it again;
//     3. the kept triangle is solved for the label's column.
#include "linear/solvers/qr.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "linear/design/host_passes.hpp"
#include "linear/objective/conditioning.hpp"

namespace linden {
namespace {

/// A column is a sum of others when at most this share of it remains. Rounding leaves about 1e-15 of a true sum, and
/// NIST's Filip 6e-8 of its tenth power.
constexpr double dependent_share = 1e-11;

/// [rows, columns], row-major.
struct Matrix {
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}
  double& operator()(std::size_t i, std::size_t j) { return values[i * columns + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values[i * columns + j]; }

  std::size_t rows, columns;
  std::vector<double> values;
};

/// The norm of rows [begin, end) of a column, without overflow.
double norm_of(const Matrix& m, std::size_t column, std::size_t begin, std::size_t end) {
  double largest = 0, sum = 0;
  for (std::size_t i = begin; i < end; ++i) largest = std::max(largest, std::abs(m(i, column)));
  if (largest == 0) return 0;
  for (std::size_t i = begin; i < end; ++i) sum += (m(i, column) / largest) * (m(i, column) / largest);
  return largest * std::sqrt(sum);
}

/// The Householder reflection of rows `top` and [begin, end), begin > top, that takes those of `column` below the top
/// to zero; applied to this column and those after it.
void reflect(Matrix& m, std::size_t column, std::size_t top, std::size_t begin, std::size_t end) {
  const double below = norm_of(m, column, begin, end);
  if (below == 0) return;
  const double first = m(top, column), norm = std::hypot(first, below), alpha = first > 0 ? -norm : norm;
  // v = (1, lower / (first - alpha)), and the reflection is 1 - tau v v'.
  const double lead = first - alpha, tau = -lead / alpha;
  std::vector<double> v(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    v[i - begin] = m(i, column) / lead;
    m(i, column) = 0;
  }
  m(top, column) = alpha;
  std::vector<double> dots(m.columns - column - 1);
  for (std::size_t j = 0; j < dots.size(); ++j) dots[j] = m(top, column + 1 + j);
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t j = 0; j < dots.size(); ++j) dots[j] += v[i - begin] * m(i, column + 1 + j);
  }
  for (std::size_t j = 0; j < dots.size(); ++j) m(top, column + 1 + j) -= tau * dots[j];
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t j = 0; j < dots.size(); ++j) m(i, column + 1 + j) -= tau * v[i - begin] * dots[j];
  }
}

/// R of the rows of several triangles [size, size], one after the other.
Matrix joined(const std::vector<double>& triangles, std::size_t size) {
  Matrix r(size, size);
  const std::size_t count = size * size;
  std::copy_n(triangles.begin(), count, r.values.begin());
  for (std::size_t first = count; first < triangles.size(); first += count) {
    Matrix both(2 * size, size);
    std::copy(r.values.begin(), r.values.end(), both.values.begin());
    std::copy_n(triangles.begin() + static_cast<std::ptrdiff_t>(first), count,
                both.values.begin() + static_cast<std::ptrdiff_t>(count));
    for (std::size_t j = 0; j < size; ++j) reflect(both, j, j, size, size + j + 1);
    std::copy_n(both.values.begin(), count, r.values.begin());
  }
  return r;
}

/// R of the rows and their labels: the upper [width, width + 1].
Matrix triangle_of(const Design& design, std::span<const double> labels, std::span<const double> weights, double share,
                   Workers& workers, const Ranks& ranks) {
  const auto width = static_cast<std::size_t>(design.view().width());
  Matrix upper(width, width + 1);
  const Matrix whole =
      joined(ranks.gather(host_triangle(design, workers, {weights.empty() ? nullptr : weights.data(), share}, labels)),
             width + 1);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = i; j <= width; ++j) upper(i, j) = whole(i, j);
  }
  return upper;
}

/// Takes rows sqrt(l2_j) e_j into R.
void append_penalty(Matrix& r, std::span<const double> l2) {
  const std::size_t width = r.rows;
  if (std::all_of(l2.begin(), l2.end(), [](double x) { return x == 0; })) return;
  // Below R, row width + j. By the time of column j only rows up to its own have anything in it.
  Matrix both(2 * width, width + 1);
  std::copy(r.values.begin(), r.values.end(), both.values.begin());
  for (std::size_t j = 0; j < width; ++j) both(width + j, j) = std::sqrt(l2[j]);
  for (std::size_t j = 0; j < width; ++j) reflect(both, j, j, width, width + j + 1);
  std::copy_n(both.values.begin(), r.values.size(), r.values.begin());
}

/// x = T^-1 x for a triangle [n, n].
void solve(std::span<const double> t, std::span<double> x) {
  for (std::size_t n = x.size(), i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) x[i] -= t[i * n + j] * x[j];
    x[i] /= t[i * n + i];
  }
}

/// x = T'^-1 x
void solve_transposed(std::span<const double> t, std::span<double> x) {
  for (std::size_t n = x.size(), i = 0; i < n; ++i) {
    x[i] /= t[i * n + i];
    for (std::size_t j = i + 1; j < n; ++j) x[j] -= t[i * n + j] * x[i];
  }
}

/// The 2-norm condition number of a triangle's columns scaled to norm 1.
double condition_of(std::span<const double> t, std::size_t n) {
  std::vector<double> lower(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) lower[j * n + i] = t[i * n + j];
  }
  return std::sqrt(conditioning(lower, static_cast<std::int64_t>(n)).condition);
}

}  // namespace

LeastSquares least_squares(const Design& design, std::span<const double> labels, std::span<const double> weights,
                           double share, std::span<const double> l2, Workers& workers, const Ranks& ranks) {
  Matrix r = triangle_of(design, labels, weights, share, workers, ranks);
  append_penalty(r, l2);

  LeastSquares result;
  const std::size_t width = r.rows;
  for (std::size_t j = 0; j < width; ++j) {
    const bool is_intercept = j + 1 == width;
    const bool is_left_out = is_intercept ? !design.intercept() : design.factor()[j] == 0;
    if (is_left_out) continue;
    const std::size_t row = result.independent.size();
    const double norm = norm_of(r, j, 0, j + 1), remains = norm_of(r, j, row, j + 1);
    // Columns are centred: the intercept depends on none of them.
    if (!is_intercept && l2[j] == 0 && !(remains > dependent_share * norm)) {
      result.dependent.push_back(static_cast<int>(j));
    } else {
      reflect(r, j, row, row + 1, j + 1);
      result.independent.push_back(static_cast<int>(j));
    }
  }

  const std::size_t rank = result.independent.size();
  result.rank = static_cast<int>(rank);
  result.triangle.resize(rank * rank);
  std::vector<double> x(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    for (std::size_t j = i; j < rank; ++j) {
      result.triangle[i * rank + j] = r(i, static_cast<std::size_t>(result.independent[j]));
    }
    x[i] = r(i, width);
  }
  result.condition = condition_of(result.triangle, rank);
  solve(result.triangle, x);
  result.parameters.assign(width, 0.0);
  for (std::size_t i = 0; i < rank; ++i) result.parameters[static_cast<std::size_t>(result.independent[i])] = x[i];
  return result;
}

double LeastSquares::half_decrement(std::span<const double> gradient) const {
  std::vector<double> x;
  for (const int j : independent) x.push_back(gradient[static_cast<std::size_t>(j)]);
  solve_transposed(triangle, x);
  double sum = 0;
  for (const double value : x) sum += value * value;
  return sum / 2;
}

}  // namespace linden
