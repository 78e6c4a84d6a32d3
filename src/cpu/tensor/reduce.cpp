// Sums, products, maxima and minima over dimensions.
//
// The order, which depends on the sizes and on which dimension is dense, never on threads or instructions:
// Along elements (the default): the reduced elements of a position, last dimension fastest, are cut into chunks of
// 4096, each folded as lanes.hpp says. Chunks are put together one after the other in blocks (as many chunks in each
// as make at most 256 blocks), and blocks one after the other; totals of floating numbers are double.
// Down columns (the kept dimension is the denser one; reduce_columns.hpp): see there.
#include "cpu/tensor/reduce_columns.hpp"
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_elements = RunCut::chunk_elements;
constexpr std::int64_t grain = 32768;

/// The reduced elements of one position.
template <class T>
struct Run : RunCut {
  const std::int64_t* sizes;
  const std::int64_t* strides;
  std::int32_t rank;

  explicit Run(const ReduceTask& task)
      : RunCut(positions(task.sizes, task.kept, task.kept + task.reduced)),
        sizes(task.sizes + task.kept),
        strides(task.in.strides + task.kept),
        rank(task.reduced) {}

  bool is_dense() const { return rank == 0 || (rank == 1 && strides[0] == 1); }

  /// Elements [begin, end) as dense memory: the memory itself or a copy in `room`.
  const T* dense(const T* in, std::int64_t begin, std::int64_t end, T* room) const {
    if (is_dense()) return in + begin;
    const std::int64_t length = sizes[rank - 1], step = strides[rank - 1];
    for (std::int64_t done = begin; done < end;) {
      const std::int64_t row = done / length, first = done - row * length;
      const std::int64_t n = lesser(length - first, end - done);
      const T* from = in + offset_of(row, sizes, strides, 0, rank - 1) + first * step;
      T* to = room + (done - begin);
      if (step == 1)
        for (std::int64_t i = 0; i < n; ++i) to[i] = from[i];
      else
        for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * step];
      done += n;
    }
    return room;
  }
};

template <class F, class T>
typename F::Total fold_block(const Run<T>& run, const T* in, std::int64_t block) {
  T room[chunk_elements];
  auto total = static_cast<typename F::Total>(F::neutral());
  const std::int64_t first = block * run.chunks_per_block;
  for (std::int64_t chunk = first; chunk < lesser(first + run.chunks_per_block, run.chunks); ++chunk) {
    const std::int64_t begin = chunk * chunk_elements, end = lesser(begin + chunk_elements, run.count);
    total = F::combined(total, fold_run<F>(run.dense(in, begin, end, room), end - begin));
  }
  return total;
}

/// Positions [begin, end) of the kept dimensions, one after the other.
template <class F, class T>
void fold_positions(const ReduceTask& task, const Run<T>& run, std::int64_t begin, std::int64_t end) {
  const std::int32_t last = task.kept - 1;
  const std::int64_t length = last >= 0 ? task.sizes[last] : 1;
  const std::int64_t in_step = last >= 0 ? task.in.strides[last] : 0, out_step = last >= 0 ? task.out.strides[last] : 0;
  const bool is_short = run.is_dense() && run.count <= chunk_elements;
  for (std::int64_t position = begin; position < end;) {
    const std::int64_t row = position / length, first = position - row * length;
    const std::int64_t n = lesser(length - first, end - position);
    const T* in =
        static_cast<const T*>(task.in.data) + offset_of(row, task.sizes, task.in.strides, 0, last) + first * in_step;
    auto* out = static_cast<typename F::Out*>(task.out.data) + offset_of(row, task.sizes, task.out.strides, 0, last) +
                first * out_step;
    if (is_short) {
      for (std::int64_t i = 0; i < n; ++i)
        out[i * out_step] = static_cast<typename F::Out>(fold_run<F>(in + i * in_step, run.count));
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        auto total = static_cast<typename F::Total>(F::neutral());
        for (std::int64_t block = 0; block < run.blocks; ++block)
          total = F::combined(total, fold_block<F>(run, in + i * in_step, block));
        out[i * out_step] = static_cast<typename F::Out>(total);
      }
    }
    position += n;
  }
}

template <class F, class T>
void reduce_along(Context& context, const ReduceTask& task) {
  const Run<T> run(task);
  const std::int64_t kept = positions(task.sizes, 0, task.kept);
  if (kept * run.count <= grain || context.workers.threads() == 1) {
    fold_positions<F>(task, run, 0, kept);
  } else if (kept >= 64 || run.blocks <= 1) {
    const std::int64_t size = larger(1, grain / 2 / larger(run.count, 1));
    context.workers.chunks(kept, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      fold_positions<F>(task, run, begin, end);
    });
  } else {
    // Few positions of many elements: all workers on each.
    for (std::int64_t position = 0; position < kept; ++position) {
      typename F::Total totals[RunCut::most_blocks];
      const T* in =
          static_cast<const T*>(task.in.data) + offset_of(position, task.sizes, task.in.strides, 0, task.kept);
      const std::int64_t size = larger(1, grain / 2 / (run.chunks_per_block * chunk_elements));
      context.workers.chunks(run.blocks, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        for (std::int64_t block = begin; block < end; ++block) totals[block] = fold_block<F>(run, in, block);
      });
      auto total = static_cast<typename F::Total>(F::neutral());
      for (std::int64_t block = 0; block < run.blocks; ++block) total = F::combined(total, totals[block]);
      static_cast<typename F::Out*>(task.out.data)[offset_of(position, task.sizes, task.out.strides, 0, task.kept)] =
          static_cast<typename F::Out>(total);
    }
  }
}

template <ReduceOp op, class T>
void reduce_dtype(Context& context, const ReduceTask& task) {
  using F = Fold<op, T>;
  if (is_denser_down_columns(task))
    reduce_columns<F, T>(context, task);
  else
    reduce_along<F, T>(context, task);
}

using Reduce = void (*)(Context&, const ReduceTask&);

template <ReduceOp op>
constexpr Reduce by_dtype(DType dtype) {
  constexpr Reduce reduces[] = {reduce_dtype<op, float>,        reduce_dtype<op, double>,
                                reduce_dtype<op, std::int32_t>, reduce_dtype<op, std::int64_t>,
                                reduce_dtype<op, std::uint8_t>, reduce_dtype<op, std::uint8_t>};
  return reduces[static_cast<int>(dtype)];
}

}  // namespace

void reduce(Context& context, const ReduceTask& task) {
  switch (task.op) {
    case ReduceOp::sum: return by_dtype<ReduceOp::sum>(task.in.dtype)(context, task);
    case ReduceOp::product: return by_dtype<ReduceOp::product>(task.in.dtype)(context, task);
    case ReduceOp::maximum: return by_dtype<ReduceOp::maximum>(task.in.dtype)(context, task);
    case ReduceOp::minimum: return by_dtype<ReduceOp::minimum>(task.in.dtype)(context, task);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
