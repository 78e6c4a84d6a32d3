#include "linear/recipe/basis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Solves a system of linear equations with several right sides [n, sides] in place, by elimination with row exchanges.
void solve(std::vector<double> matrix, std::size_t n, std::vector<double>& right, std::size_t sides) {
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(matrix[i * n + k]) > std::abs(matrix[pivot * n + k])) pivot = i;
    for (std::size_t j = 0; pivot != k && j < n; ++j) std::swap(matrix[k * n + j], matrix[pivot * n + j]);
    for (std::size_t j = 0; pivot != k && j < sides; ++j) std::swap(right[k * sides + j], right[pivot * sides + j]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double times = matrix[i * n + k] / matrix[k * n + k];
      if (times == 0) continue;
      for (std::size_t j = k; j < n; ++j) matrix[i * n + j] -= times * matrix[k * n + j];
      for (std::size_t j = 0; j < sides; ++j) right[i * sides + j] -= times * right[k * sides + j];
    }
  }
  for (std::size_t k = n; k-- > 0;)
    for (std::size_t j = 0; j < sides; ++j) {
      double sum = right[k * sides + j];
      for (std::size_t i = k + 1; i < n; ++i) sum -= matrix[k * n + i] * right[i * sides + j];
      right[k * sides + j] = sum / matrix[k * n + k];
    }
}

// Second derivatives at the knots of the natural splines that are 1 at one of them: [knots, knots].
std::vector<double> second_derivatives(const std::vector<double>& knots) {
  const std::size_t n = knots.size();
  std::vector<double> result(n * n);
  if (n < 3) return result;
  const std::size_t inner = n - 2;
  std::vector<double> matrix(inner * inner), right(inner * n);
  for (std::size_t i = 0; i < inner; ++i) {
    const double before = knots[i + 1] - knots[i], behind = knots[i + 2] - knots[i + 1];
    matrix[i * inner + i] = (before + behind) / 3;
    if (i + 1 < inner) matrix[i * inner + i + 1] = matrix[(i + 1) * inner + i] = behind / 6;
    right[i * n + i] = 1 / before;
    right[i * n + i + 1] = -1 / before - 1 / behind;
    right[i * n + i + 2] = 1 / behind;
  }
  solve(std::move(matrix), inner, right, n);
  std::ranges::copy(right, result.begin() + static_cast<std::ptrdiff_t>(n));
  return result;
}

// D'(DD')^-1 of second differences D [functions - 2, functions]: coefficients with these differences, [functions,
// functions - 2].
std::vector<double> from_differences(int functions) {
  const std::size_t n = at(functions), rows = n - 2;
  constexpr std::array<double, 3> difference{1, -2, 1};
  std::vector<double> gram(rows * rows), right(rows * n);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < rows; ++j)
      for (std::size_t k = 0; k < 3; ++k)
        if (i + k >= j && i + k - j < 3) gram[i * rows + j] += difference[k] * difference[i + k - j];
    for (std::size_t k = 0; k < 3; ++k) right[i * n + i + k] = difference[k];
  }
  solve(std::move(gram), rows, right, n);
  std::vector<double> result(n * rows);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < rows; ++j) result[i * rows + j] = right[j * n + i];
  return result;
}

// The four cubic B-splines of equal intervals that are not 0 at `t` in [0, 1] of an interval, and their slopes.
struct Pieces {
  std::array<double, 4> value, slope;
};
Pieces pieces(double t) {
  const double u = 1 - t;
  return {{u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * u * u * u - 6 * u * u + 4) / 6, t * t * t / 6},
          {-u * u / 2, (3 * t * t - 4 * t) / 2, -(3 * u * u - 4 * u) / 2, t * t / 2}};
}

}  // namespace

std::string_view name_of(ScalarBasis::Kind kind) noexcept {
  return kind == ScalarBasis::Kind::natural ? "spline" : kind == ScalarBasis::Kind::bspline ? "bspline" : "poly";
}

ScalarBasis::ScalarBasis(Kind kind, std::vector<double> points) : kind_(kind), points_(std::move(points)) { prepare(); }

void ScalarBasis::prepare() {
  if (kind_ == Kind::natural) table_ = second_derivatives(points_);
  if (kind_ == Kind::bspline) table_ = from_differences(static_cast<int>(points_[2]));
}

bool ScalarBasis::fit(Kind kind, std::span<const double> points) {
  if (kind == Kind::natural)
    return points.size() >= 2 && points.size() <= largest_basis + 1 &&
           std::ranges::adjacent_find(points, std::greater_equal<>()) == points.end();
  if (kind == Kind::bspline)
    return points.size() == 3 && points[0] < points[1] && std::isfinite(points[1] - points[0]) && points[2] >= 4 &&
           points[2] <= largest_basis && points[2] == std::floor(points[2]);
  if (points.size() < 4 || points.size() % 2 != 0 || points.size() > 2 * largest_basis + 2) return false;
  return std::ranges::all_of(points.subspan(points.size() / 2 - 1), [](double norm) { return norm > 0; });
}

int ScalarBasis::columns_of(Kind kind, std::span<const double> points) noexcept {
  const int count = static_cast<int>(points.size());
  if (kind == Kind::natural) return count - 1;
  if (kind == Kind::bspline) return static_cast<int>(points[2]) - 1;
  return count / 2 - 1;
}

ScalarBasis ScalarBasis::natural(std::span<const double> values, int columns) {
  std::vector<double> knots;
  for (int k = 0; k <= columns && !values.empty(); ++k) {
    const double place = static_cast<double>(values.size() - 1) * k / columns;
    const auto below = static_cast<std::size_t>(place);
    const double above = values[std::min(below + 1, values.size() - 1)];
    knots.push_back(values[below] + (place - static_cast<double>(below)) * (above - values[below]));
  }
  if (!fit(Kind::natural, knots)) return {};
  return {Kind::natural, std::move(knots)};
}

ScalarBasis ScalarBasis::bspline(double least, double largest, int functions) {
  std::vector<double> points{least, largest, static_cast<double>(functions)};
  if (!fit(Kind::bspline, points)) return {};
  return {Kind::bspline, std::move(points)};
}

ScalarBasis ScalarBasis::poly(std::span<const double> values, int degree) {
  std::vector<double> distinct(values.begin(), values.end());
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() <= at(degree)) return {};
  const std::size_t n = values.size();
  std::vector<double> shifts, norms{1, static_cast<double>(n)}, before(n), now(n, 1.0);
  for (int k = 0; k < degree; ++k) {
    long double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += static_cast<long double>(values[i]) * now[i] * now[i];
    shifts.push_back(static_cast<double>(sum / norms.back()));
    const double ratio = k == 0 ? 0 : norms.back() / norms[norms.size() - 2];
    long double norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double next = (values[i] - shifts.back()) * now[i] - ratio * before[i];
      before[i] = now[i];
      now[i] = next;
      norm += static_cast<long double>(next) * next;
    }
    norms.push_back(static_cast<double>(norm));
  }
  std::vector<double> points = shifts;
  points.insert(points.end(), norms.begin(), norms.end());
  if (!fit(Kind::poly, points)) return {};
  return {Kind::poly, std::move(points)};
}

void ScalarBasis::evaluate(double x, std::span<double> out) const {
  if (kind_ == Kind::poly) {
    const std::size_t degree = at(columns());
    const double *const shifts = points_.data(), *const norms = shifts + degree;
    double before = 0, now = 1;
    for (std::size_t k = 0; k < degree; ++k) {
      const double next = (x - shifts[k]) * now - (k == 0 ? 0 : norms[k + 1] / norms[k]) * before;
      before = now;
      now = next;
      out[k] = now / std::sqrt(norms[k + 2]);
    }
    return;
  }
  if (kind_ == Kind::bspline) {
    const double least = points_[0], length = points_[1] - least, place = (x - least) / length;
    const std::size_t functions = at(static_cast<std::int64_t>(points_[2])), rows = functions - 2;
    const double intervals = static_cast<double>(functions - 3);
    const double inside = std::clamp(place, 0.0, 1.0) * intervals;
    const std::size_t first = std::min(static_cast<std::size_t>(inside), functions - 4);
    const Pieces p = pieces(inside - static_cast<double>(first));
    const double beyond = place * intervals - inside;
    out[0] = place;
    for (std::size_t j = 0; j < rows; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k)
        sum += (p.value[k] + (beyond == 0 ? 0 : p.slope[k] * beyond)) * table_[(first + k) * rows + j];
      out[j + 1] = sum;
    }
    return;
  }
  const std::size_t n = points_.size();
  const auto [left, right, left_bend, right_bend, j] = [&] {
    struct {
      double left, right, left_bend, right_bend;
      std::size_t interval;
    } p{};
    const auto above = std::upper_bound(points_.begin() + 1, points_.end() - 1, x);
    p.interval = at(above - points_.begin()) - 1;
    const double low = points_[p.interval], high = points_[p.interval + 1], h = high - low;
    if (x < points_.front()) {  // the slope at the first knot
      p.right = (x - low) / h;
      p.left = 1 - p.right;
      p.right_bend = -h / 6 * (x - low);
      p.left_bend = -h / 3 * (x - low);
    } else if (x > points_.back()) {
      p.right = (x - low) / h;
      p.left = 1 - p.right;
      p.right_bend = h / 3 * (x - high);
      p.left_bend = h / 6 * (x - high);
    } else {
      const double up = x - low, down = high - x;
      p.left = down / h;
      p.right = up / h;
      p.left_bend = (down * down * down / h - h * down) / 6;
      p.right_bend = (up * up * up / h - h * up) / 6;
    }
    return p;
  }();
  for (std::size_t k = 1; k < n; ++k) {
    double sum = left_bend * table_[j * n + k] + right_bend * table_[(j + 1) * n + k];
    if (k == j) sum += left;
    if (k == j + 1) sum += right;
    out[k - 1] = sum;
  }
}

}  // namespace linden
