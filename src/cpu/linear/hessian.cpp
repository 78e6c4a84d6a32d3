// The Hessian of the weighted mean loss: X' D X for every pair of outputs.
//
// Dense: a task takes a chunk of rows, a pair of blocks of columns and some pairs of outputs; it packs tiles of rows
// into panels, one side times the weighted curvature, and adds products of 8 rows by up to three panels that are summed
// in registers. Sparse: pairs of a row's entries, with the shift applied to the sums: for S = X'DX, s = X'D1, t = 1'D1
// of raw values, H_ij = f_i f_j (S_ij - m_i s_j - s_i m_j + t m_i m_j) and H_i,intercept = f_i (s_i - m_i t).
#include "backend/loss/row_loss.hpp"
#include "cpu/linear/blocks.hpp"
#include "cpu/linear/products.hpp"
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

/// d[i] = weight * share * curvature of outputs (k, l), for rows begin .. begin + count - 1.
void weigh(const HessianTask& task, Pair outputs, std::int64_t begin, std::int64_t count, double* d) {
  const double* const weights = task.weights.weights;
  const double* const first = task.curvatures + outputs.first * task.design.rows;
  const double* const second = task.curvatures + outputs.second * task.design.rows;
  const bool is_diagonal = outputs.first == outputs.second;
  for (std::int64_t i = begin; i < begin + count; ++i) {
    const double curvature = task.softmax ? softmax_curvature(first[i], second[i], is_diagonal) : first[i];
    d[i - begin] = weighted((weights != nullptr ? weights[i] : 1.0) * task.weights.share, curvature);
  }
}

/// Losses other than softmax have no curvature between outputs.
bool is_zero(const HessianTask& task, Pair outputs) { return !task.softmax && outputs.first != outputs.second; }

void add_blocks(const HessianTask& task, const BlockPlan& plan, std::int64_t number, int worker) {
  const DesignView& design = task.design;
  const std::int64_t pair = number % plan.block_pairs, rest = number / plan.block_pairs;
  const std::int64_t group = rest % plan.groups, chunk = rest / plan.groups;
  const std::int64_t first = group * plan.together, end = at_most(first + plan.together, plan.output_pairs);
  const Pair block(pair);
  const bool is_diagonal = block.first == block.second;
  const std::int64_t across = plan.panels_in(block.second), down = plan.panels_in(block.first);
  const std::int64_t stride = panel_stride(block_rows);
  double* const right = plan.tile + worker * plan.tile_size();
  double* const scaled = plan.weighted_tile + worker * plan.tile_size();
  double* const left = is_diagonal ? right : scaled;
  double* const d = plan.weights + worker * block_rows;
  for (std::int64_t outputs = first; outputs < end; ++outputs) {
    double* const sums = plan.accumulator(chunk, outputs, pair);
    for (std::int64_t i = 0; i < plan.side * plan.side; ++i) sums[i] = 0;
  }
  plan.chunks.each_tile(design.rows, chunk, [&](std::int64_t begin, std::int64_t count) {
    pack_tile(design, plan.first_panel(block.second), across, begin, count, count, block_rows, right);
    if (!is_diagonal) pack_tile(design, plan.first_panel(block.first), down, begin, count, count, block_rows, left);
    for (std::int64_t outputs = first; outputs < end; ++outputs) {
      if (is_zero(task, Pair(outputs))) continue;
      weigh(task, Pair(outputs), begin, count, d);
      for (std::int64_t p = 0; p < down; ++p) scale_rows(left + p * stride, d, count, scaled + p * stride);
      add_products(
          {scaled, right, stride, count, down, across, is_diagonal, plan.accumulator(chunk, outputs, pair), plan.side});
    }
  });
}

/// Element (k i, l j) of the Hessian, from what X'DX has there.
double element(const HessianTask& task, Pair outputs, std::int64_t i, std::int64_t j, double sum) {
  if (i == j && task.coupling != nullptr) sum += task.coupling[j];
  if (i == j && outputs.first == outputs.second) sum += task.diagonal[outputs.first * task.design.width() + i];
  return sum;
}

/// Writes row i of the symmetric matrix of two outputs to where it stands in the Hessian; sums are those of columns
/// first .. end - 1, up to i.
void put_row(const HessianTask& task, Pair outputs, std::int64_t i, std::int64_t first, std::int64_t end,
             const double* sums) {
  const std::int64_t width = task.design.width(), size = task.outputs * width;
  double* const row = task.out + (outputs.first * width + i) * size + outputs.second * width;
  for (std::int64_t j = first; j < end; ++j) row[j] = element(task, outputs, i, j, sums[j - first]);
  if (outputs.first == outputs.second) return;
  double* const column = task.out + outputs.first * width * size + outputs.second * width + i;
  for (std::int64_t j = first; j < end; ++j) column[j * size] = element(task, outputs, i, j, sums[j - first]);
}

/// Row `row` of all blocks whose rows are those of block `down`.
void finish_row(const HessianTask& task, const BlockPlan& plan, std::int64_t output_pair, std::int64_t down,
                std::int64_t row) {
  const std::int64_t i = plan.first_panel(down) * panel_columns + row;
  if (row >= plan.panels_in(down) * panel_columns || i >= task.design.width()) return;
  const Pair outputs(output_pair);
  const std::int64_t chunks = is_zero(task, outputs) ? 0 : plan.chunks.count;
  for (std::int64_t across = 0; across <= down; ++across) {
    const std::int64_t first = plan.first_panel(across) * panel_columns;
    const std::int64_t end = at_most(plan.first_panel(across + 1) * panel_columns, i + 1);
    double sums[block_panels * panel_columns] = {};
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      const double* const part = plan.accumulator(chunk, output_pair, pairs_of(down) + across) + row * plan.side;
      for (std::int64_t j = 0; j < end - first; ++j) sums[j] += part[j];
    }
    put_row(task, outputs, i, first, end, sums);
  }
}

void finish_blocks(Context& context, const HessianTask& task, const BlockPlan& plan) {
  const std::int64_t rows = plan.blocks * plan.side;
  const std::int64_t together = at_least(1, 16384 / (plan.chunks.count * plan.side));
  context.workers.chunks(plan.output_pairs * rows, together,
                         [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
                           for (std::int64_t number = begin; number < end; ++number)
                             finish_row(task, plan, number / rows, number % rows / plan.side, number % plan.side);
                         });
}

template <class T>
void add_entries(const HessianTask& task, const SparseBlockPlan& plan, std::int64_t number) {
  const DesignView& design = task.design;
  const std::int64_t output_pair = number % plan.output_pairs, chunk = number / plan.output_pairs;
  const Pair outputs(output_pair);
  double* const sums = plan.accumulator(chunk, output_pair);
  for (std::int64_t i = 0; i < plan.size; ++i) sums[i] = 0;
  if (is_zero(task, outputs)) return;
  const std::int64_t* const offsets = design.entries.offsets;
  double d[most_tile_rows];
  plan.chunks.each_tile(design.rows, chunk, [&](std::int64_t begin, std::int64_t count) {
    weigh(task, outputs, begin, count, d);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t first = offsets[begin + i];
      add_row(design.entries.indices + first, static_cast<const T*>(design.entries.values) + first,
              offsets[begin + i + 1] - first, design.features, d[i], sums);
    }
  });
}

void finish_entries(Context& context, const HessianTask& task, const SparseBlockPlan& plan) {
  const DesignView& design = task.design;
  const std::int64_t columns = design.features, width = design.width();
  const double *m = design.shift, *f = design.factor;
  // Row i, summed over chunks into the first one's.
  const auto sum_row = [&](std::int64_t output_pair, std::int64_t i) {
    double* const row = plan.accumulator(0, output_pair) + pairs_of(i);
    for (std::int64_t chunk = 1; chunk < plan.chunks.count; ++chunk) {
      const double* const part = plan.accumulator(chunk, output_pair) + pairs_of(i);
      for (std::int64_t j = 0; j <= i; ++j) row[j] += part[j];
    }
    return row;
  };
  for (std::int64_t pair = 0; pair < plan.output_pairs; ++pair) {
    const double* const row = sum_row(pair, columns);
    for (std::int64_t j = 0; j < width; ++j) plan.last_rows[pair * width + j] = row[j];
  }
  const std::int64_t together = at_least(1, 16384 / (plan.chunks.count * width));
  context.workers.chunks(
      plan.output_pairs * width, together, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        for (std::int64_t number = begin; number < end; ++number) {
          const std::int64_t pair = number / width, i = number % width;
          const double* const s = plan.last_rows + pair * width;
          const double t = s[columns];
          double* const row = i < columns ? sum_row(pair, i) : plan.accumulator(0, pair) + pairs_of(i);
          if (i < columns) {
            for (std::int64_t j = 0; j <= i; ++j)
              row[j] = f[i] * f[j] * (row[j] - m[i] * s[j] - s[i] * m[j] + t * m[i] * m[j]);
          } else {
            for (std::int64_t j = 0; j < columns; ++j) row[j] = f[j] * (s[j] - m[j] * t);
            for (std::int64_t j = 0; j <= columns && !design.intercept; ++j) row[j] = 0;
          }
          put_row(task, Pair(pair), i, 0, i + 1, row);
        }
      });
}

}  // namespace

void hessian(Context& context, const HessianTask& task) {
  const DesignView& design = task.design;
  if (design.sparse) {
    const SparseBlockPlan plan(design, task.outputs, task.scratch);
    context.workers.each(plan.chunks.count * plan.output_pairs, [&](std::int64_t number, int) {
      if (design.entries.dtype == DType::f64)
        add_entries<double>(task, plan, number);
      else
        add_entries<float>(task, plan, number);
    });
    return finish_entries(context, task, plan);
  }
  const BlockPlan plan(context.workers.threads(), design, task.outputs, task.scratch);
  context.workers.each(plan.chunks.count * plan.groups * plan.block_pairs,
                       [&](std::int64_t number, int worker) { add_blocks(task, plan, number, worker); });
  finish_blocks(context, task, plan);
}

LINDEN_LEVEL_END
}  // namespace linden
