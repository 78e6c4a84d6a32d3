#include "linear_path/projections.hpp"

#include <algorithm>
#include <cmath>
#include <linden/linalg.hpp>
#include <linden/tensor.hpp>

#include "base/fail.hpp"
#include "linear_path/eigenvalues.hpp"

namespace linden {
namespace {

constexpr double rounding = 1e-14;  // of the largest eigenvalue

Tensor matrix_of(std::span<const double> values, std::size_t rows, std::size_t columns) {
  return Tensor::copy_of(values, {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)});
}

}  // namespace

Projections projections_of(std::span<const double> z, std::size_t rows, std::size_t columns,
                           std::span<const double> weights) {
  Projections out;
  if (rows == 0 || columns == 0) return out;
  const bool by_rows = rows < columns;
  const std::size_t size = by_rows ? rows : columns;
  std::vector<double> weighted(z.begin(), z.end());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) weighted[i * columns + j] *= std::sqrt(weights[i]);
  const Tensor w = matrix_of(weighted, rows, columns), plain = matrix_of(z, rows, columns);
  const Tensor square = by_rows ? matmul(w, w.transpose(0, 1)) : matmul(w.transpose(0, 1), w);
  const auto entries = square.span<const double>();
  std::vector<double> vectors(entries.begin(), entries.end()), values;
  if (!symmetric_eigenvalues(vectors, size, values))
    fail<DataError>(
        "ridge_leave_one_out: the eigenvalues of {} columns are not to be had. Hint: look for values of "
        "extreme size.",
        columns);
  const double least = rounding * *std::ranges::max_element(values);
  std::vector<double> kept;  // eigenvectors, one a row
  for (std::size_t k = 0; k < size; ++k) {
    if (!(values[k] > least)) continue;
    out.eigenvalues.push_back(values[k]);
    kept.insert(kept.end(), vectors.begin() + static_cast<std::ptrdiff_t>(k * size),
                vectors.begin() + static_cast<std::ptrdiff_t>((k + 1) * size));
  }
  out.count = out.eigenvalues.size();
  if (out.count == 0) return out;
  const Tensor turn = matrix_of(kept, out.count, size).transpose(0, 1);
  // An eigenvector of the rows' matrix is one of the columns' by the rows, of length root of its eigenvalue.
  const Tensor turned = by_rows ? matmul(plain, matmul(w.transpose(0, 1), turn)) : matmul(plain, turn);
  const Tensor flat = turned.contiguous();
  const auto of_rows = flat.span<const double>();
  out.values.assign(of_rows.begin(), of_rows.end());
  for (std::size_t i = 0; by_rows && i < rows; ++i)
    for (std::size_t k = 0; k < out.count; ++k) out.values[i * out.count + k] /= std::sqrt(out.eigenvalues[k]);
  return out;
}

}  // namespace linden
