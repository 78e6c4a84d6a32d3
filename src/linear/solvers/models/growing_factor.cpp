// Rows are added four at a time, so that each row above them is read once for all four. A dot product has four lanes,
// added as (0 + 1) + (2 + 3) after the rest of the last four.
#include "linear/solvers/models/growing_factor.hpp"

#include <algorithm>
#include <cmath>

namespace linden {
namespace {

constexpr std::size_t together = 4;
// A pivot below this share of its diagonal is rounding: the coordinate is a sum of those before it.
constexpr double least_pivot = 1e-12;

double dot(const double* a, const double* b, std::size_t count) {
  double lanes[4] = {}, rest = 0;
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4)
    for (std::size_t lane = 0; lane < 4; ++lane) lanes[lane] += a[k + lane] * b[k + lane];
  for (; k < count; ++k) rest += a[k] * b[k];
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + rest;
}

// The same of one row with four.
void dots(const double* a, double* const (&b)[together], std::size_t count, double (&out)[together]) {
  double lanes[together][4] = {}, rest[together] = {};
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4)
    for (std::size_t i = 0; i < together; ++i)
      for (std::size_t lane = 0; lane < 4; ++lane) lanes[i][lane] += a[k + lane] * b[i][k + lane];
  for (; k < count; ++k)
    for (std::size_t i = 0; i < together; ++i) rest[i] += a[k] * b[i][k];
  for (std::size_t i = 0; i < together; ++i)
    out[i] = ((lanes[i][0] + lanes[i][1]) + (lanes[i][2] + lanes[i][3])) + rest[i];
}

}  // namespace

GrowingFactor::GrowingFactor(std::span<const double> matrix, std::size_t n) : matrix_(matrix), n_(n) {}

void GrowingFactor::reserve(std::size_t size) {
  if (size <= stride_) return;
  const std::size_t stride = std::max(size, 2 * stride_);
  std::vector<double> rows(stride * stride);
  for (std::size_t i = 0; i < order_.size(); ++i) std::copy_n(row(i), i + 1, rows.data() + i * stride);
  rows_.swap(rows);
  stride_ = stride;
}

std::vector<std::size_t> GrowingFactor::add(std::span<const std::size_t> coordinates) {
  std::vector<std::size_t> dependent;
  reserve(order_.size() + coordinates.size());
  for (std::size_t first = 0; first < coordinates.size(); first += together) {
    const std::size_t count = std::min(together, coordinates.size() - first), above = order_.size();
    double* fresh[together];
    for (std::size_t i = 0; i < together; ++i) fresh[i] = row(above + std::min(i, count - 1));
    for (std::size_t k = 0; k < above; ++k) {
      double sums[together];
      dots(row(k), fresh, k, sums);
      for (std::size_t i = 0; i < count; ++i)
        fresh[i][k] = (matrix_[coordinates[first + i] * n_ + order_[k]] - sums[i]) / row(k)[k];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t coordinate = coordinates[first + i], size = order_.size();
      double* const to = row(size);
      if (to != fresh[i]) std::copy_n(fresh[i], above, to);  // one before it was left out
      for (std::size_t k = above; k < size; ++k)
        to[k] = (matrix_[coordinate * n_ + order_[k]] - dot(row(k), to, k)) / row(k)[k];
      const double diagonal = matrix_[coordinate * n_ + coordinate], pivot = diagonal - dot(to, to, size);
      if (pivot > least_pivot * diagonal) {
        to[size] = std::sqrt(pivot);
        order_.push_back(coordinate);
      } else {
        dependent.push_back(coordinate);
      }
    }
  }
  return dependent;
}

void GrowingFactor::solve(std::span<double> x) const {
  const std::size_t size = order_.size();
  for (std::size_t i = 0; i < size; ++i) x[i] = (x[i] - dot(row(i), x.data(), i)) / row(i)[i];
  for (std::size_t i = size; i-- > 0;) {
    const double* const from = row(i);
    const double value = x[i] / from[i];
    x[i] = value;
    for (std::size_t k = 0; k < i; ++k) x[k] -= from[k] * value;
  }
}

}  // namespace linden
