// a = l l^T, the lower factor in place, 128 columns at a time: the diagonal block by Eigen's LLT, the rows below it by
// a triangular solve, and then what is to their right, less their product with themselves, by tiles of 128 rows and
// columns. Rows and tiles are tasks; they do not depend on the number of threads.
#include "cpu/tensor/eigen_maps.hpp"
#include "cpu/tensor/steps.hpp"

#include <Eigen/Cholesky>

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t block = 128;

std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// The factor of a diagonal block; the first bad pivot, or -1.
template <class T>
std::int64_t factor_diagonal(const MatrixView<T>& a) {
  auto map = map_of<Eigen::RowMajor>(a);
  const std::int64_t bad = Eigen::internal::llt_inplace<T, Eigen::Lower>::blocked(map);
  // Eigen lets a NaN pass; from its row on all pivots are NaN.
  for (std::int64_t i = 0; i < a.rows && i != bad; ++i)
    if (map(i, i) != map(i, i)) return i;
  return bad;
}

/// Everything below and to the right of the diagonal block that begins at `column`.
template <class T>
void update_below(Context& context, const MatrixView<T>& a, std::int64_t column) {
  const std::int64_t width = block, first = column + width, rest = a.rows - first;
  const auto diagonal = map_of<Eigen::RowMajor>(a.block(column, column, width, width));
  context.workers.chunks(rest, block, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    auto rows = map_of<Eigen::RowMajor>(a.block(first + begin, column, end - begin, width));
    diagonal.template triangularView<Eigen::Lower>().transpose().template solveInPlace<Eigen::OnTheRight>(rows);
  });
  const std::int64_t tiles = (rest + block - 1) / block;
  context.workers.each(tiles * (tiles + 1) / 2, [&](std::int64_t tile, int) {
    std::int64_t i = 0;  // tiles of the lower half are numbered row by row
    while (tile > i) tile -= ++i;
    const std::int64_t row = first + i * block, height = least(block, a.rows - row);
    const std::int64_t left = first + tile * block, across = least(block, a.rows - left);
    const auto rows = map_of<Eigen::RowMajor>(a.block(row, column, height, width));
    const auto others = map_of<Eigen::RowMajor>(a.block(left, column, across, width));
    map_of<Eigen::RowMajor>(a.block(row, left, height, across)).noalias() -= rows * others.transpose();
  });
}

template <class T>
std::int64_t cholesky_as(Context& context, void* memory, std::int64_t n) {
  const MatrixView<T> a{static_cast<T*>(memory), n, n, n, 1};
  for (std::int64_t column = 0; column < n; column += block) {
    const std::int64_t width = least(block, n - column);
    const std::int64_t bad = factor_diagonal(a.block(column, column, width, width));
    if (bad >= 0) return column + bad;
    if (column + width < n) update_below(context, a, column);
  }
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j) a.data[i * n + j] = 0;
  return -1;
}

}  // namespace

std::int64_t cholesky(Context& context, DType dtype, void* a, std::int64_t n) {
  return dtype == DType::f32 ? cholesky_as<float>(context, a, n) : cholesky_as<double>(context, a, n);
}

LINDEN_LEVEL_END
}  // namespace linden
