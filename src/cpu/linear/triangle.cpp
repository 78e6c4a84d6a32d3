// R of the Householder QR of the rows: rows of a chunk are stacked below its R, some hundred at a time, and the stack
// is factored again; then the chunks' R are folded in their order. (Demmel, Grigori, Hoemmen, Langou, "Communication-
// optimal parallel and sequential QR and LU factorizations", 2012.) As stable as the QR of all rows at once.
#include "cpu/tensor/eigen_maps.hpp"
// (Eigen's modules build on its core.)
#include <Eigen/QR>

#include "cpu/linear/fold.hpp"
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

using Stack = MatrixMap<double, Eigen::ColMajor>;

/// Puts R in the place of the first rows.
void factor(Stack stack, std::int64_t size) {
  Eigen::HouseholderQR<Eigen::Ref<DenseMatrix<double, Eigen::ColMajor>>> qr(stack);
  for (std::int64_t j = 0; j < size; ++j)
    for (std::int64_t i = j + 1; i < stack.rows(); ++i) stack(i, j) = 0;
}

/// Columns [0, size) of rows begin .. begin + count - 1, from row `to` of the stack on.
void put_rows(const TriangleTask& task, std::int64_t begin, std::int64_t count, double* tile, Stack stack,
              std::int64_t to) {
  const DesignView& design = task.design;
  const std::int64_t width = design.width();
  if (design.sparse) {
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < design.features; ++j) stack(to + i, j) = -design.shift[j] * design.factor[j];
      stack(to + i, design.features) = design.intercept ? 1.0 : 0.0;
      const EntriesView& entries = design.entries;
      for (std::int64_t e = entries.offsets[begin + i]; e < entries.offsets[begin + i + 1]; ++e) {
        const std::int32_t j = entries.indices[e];
        stack(to + i, j) += entry_value(entries, e) * design.factor[j];
      }
    }
  } else {
    for (std::int64_t first = 0; first < width; first += panel_columns) {
      pack_panel(design, first, begin, count, count, tile);
      for (std::int64_t c = 0; c < at_most(panel_columns, width - first); ++c)
        for (std::int64_t i = 0; i < count; ++i) stack(to + i, first + c) = tile[i * panel_columns + c];
    }
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const double weight = task.weights.weights != nullptr ? task.weights.weights[begin + i] : 1.0;
    const double root = __builtin_sqrt(weight * task.weights.share);
    stack(to + i, width) = task.labels[begin + i];
    for (std::int64_t j = 0; j <= width; ++j) stack(to + i, j) = weight == 0.0 ? 0.0 : stack(to + i, j) * root;
  }
}

/// The upper part of a stack of which `count` rows below R are in use.
Stack stack_of(const FoldPlan& plan, std::int64_t number, std::int64_t count) {
  return {plan.stack(number), plan.size + count, plan.size, Eigen::OuterStride<>(plan.stack_rows())};
}

void fold_chunk(const TriangleTask& task, const FoldPlan& plan, std::int64_t chunk, std::int64_t number) {
  const std::int64_t size = plan.size, rows = plan.chunks.tile_rows;
  const std::int64_t begin = plan.chunks.first_tile(chunk) * rows;
  const std::int64_t end = at_most(plan.chunks.first_tile(chunk + 1) * rows, task.design.rows);
  Stack r = stack_of(plan, number, 0);
  r.setZero();
  for (std::int64_t first = begin; first < end; first += plan.fold_rows) {
    const std::int64_t count = at_most(plan.fold_rows, end - first);
    Stack stack = stack_of(plan, number, count);
    for (std::int64_t i = 0; i < count; i += rows)
      put_rows(task, first + i, at_most(rows, count - i), plan.tile(number), stack, size + i);
    factor(stack, size);
  }
  Stack(plan.triangle(chunk), size, size, Eigen::OuterStride<>(size)) = r;
}

/// Folds the R of a chunk into that of the first stack.
void fold_triangle(const FoldPlan& plan, std::int64_t chunk) {
  const Stack part(plan.triangle(chunk), plan.size, plan.size, Eigen::OuterStride<>(plan.size));
  for (std::int64_t first = 0; first < plan.size; first += plan.fold_rows) {
    const std::int64_t count = at_most(plan.fold_rows, plan.size - first);
    Stack stack = stack_of(plan, 0, count);
    stack.bottomRows(count) = part.middleRows(first, count);
    factor(stack, plan.size);
  }
}

}  // namespace

void triangle(Context& context, const TriangleTask& task) {
  const FoldPlan plan(context.workers.threads(), task.design, task.scratch);
  const std::int64_t size = plan.size;
  context.workers.each(plan.chunks.count, [&](std::int64_t chunk, int worker) {
    fold_chunk(task, plan, chunk, plan.stacks == plan.chunks.count ? chunk : worker);
  });
  Stack r = stack_of(plan, 0, 0);
  r = Stack(plan.triangle(0), size, size, Eigen::OuterStride<>(size));
  for (std::int64_t chunk = 1; chunk < plan.chunks.count; ++chunk) fold_triangle(plan, chunk);
  for (std::int64_t i = 0; i < size; ++i)
    for (std::int64_t j = 0; j < size; ++j) task.out[i * size + j] = r(i, j);
}

LINDEN_LEVEL_END
}  // namespace linden
