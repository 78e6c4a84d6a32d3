// Where along an axis the largest or smallest element is: the first of equal ones, and of NaN if there is any.
//
// Along a dense axis, chunks are folded as in a reduction, and only the chunk that won is searched. Where another
// dimension is denser, loops run along that one. The answer is unique, so no order shows.
#include "backend/tensor/lanes.hpp"
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_elements = 1024;
constexpr std::int64_t most_blocks = 256;
constexpr std::int64_t strip_columns = 256;
constexpr std::int64_t grain = 32768;

template <bool largest, class T>
bool beats(T x, T best) {
  return (largest ? x > best : x < best) | ((x != x) & (best == best));
}

/// An extreme element and the first position where one may be: a chunk's first, until it is searched.
template <class T>
struct Best {
  T value;
  std::int64_t position;
};

/// Elements [begin, end) of an axis as dense memory: the memory itself or a copy in `room`.
template <class T>
const T* dense(const T* in, std::int64_t step, std::int64_t begin, std::int64_t end, T* room) {
  return gathered(in, step, begin, end - begin, room);
}

/// The best of [begin, end) and the beginning of its chunk, the first of equal chunks.
template <bool largest, class T>
Best<T> best_chunk(const T* in, std::int64_t step, std::int64_t begin, std::int64_t end) {
  using F = Fold<largest ? ReduceOp::maximum : ReduceOp::minimum, T>;
  T room[chunk_elements];
  Best<T> best{};
  for (std::int64_t first = begin; first < end; first += chunk_elements) {
    const std::int64_t last = lesser(first + chunk_elements, end);
    const T value = fold_run<F>(dense(in, step, first, last, room), last - first);
    if (first == begin || beats<largest>(value, best.value)) best = {value, first};
  }
  return best;
}

template <class T>
std::int64_t search(const T* in, std::int64_t step, Best<T> best) {
  std::int64_t i = best.position;
  if (best.value != best.value)
    while (in[i * step] == in[i * step]) ++i;
  else
    while (in[i * step] != best.value) ++i;
  return i;
}

/// All workers on one long axis.
template <bool largest, class T>
std::int64_t search_long(Context& context, const T* in, std::int64_t step, std::int64_t length) {
  Best<T> bests[most_blocks];
  const std::int64_t size = larger(grain / 2, (length + most_blocks - 1) / most_blocks);
  context.workers.chunks(length, size, [&](std::int64_t begin, std::int64_t end, std::int64_t block, int) {
    bests[block] = best_chunk<largest>(in, step, begin, end);
  });
  Best<T> best = bests[0];
  for (std::int64_t block = 1; block * size < length; ++block)
    if (beats<largest>(bests[block].value, best.value)) best = bests[block];
  return search(in, step, best);
}

template <bool largest, class T>
void along_axis(Context& context, const AxisTask<2>& task) {
  const Operand& out = task.operand[0];
  const Operand& in = task.operand[1];
  const std::int64_t count = positions(task.sizes, 0, task.rank), step = task.axis_stride[1];
  const auto in_at = [&](std::int64_t position) {
    return static_cast<const T*>(in.data) + offset_of(position, task.sizes, in.strides, 0, task.rank);
  };
  const auto out_at = [&](std::int64_t position) -> std::int64_t& {
    return static_cast<std::int64_t*>(out.data)[offset_of(position, task.sizes, out.strides, 0, task.rank)];
  };
  const auto search_each = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T* x = in_at(i);
      out_at(i) = search(x, step, best_chunk<largest>(x, step, 0, task.length));
    }
  };
  if (count * task.length <= grain || context.workers.threads() == 1)
    search_each(0, count);
  else if (count < 64 && task.length >= 2 * grain)
    for (std::int64_t i = 0; i < count; ++i) out_at(i) = search_long<largest>(context, in_at(i), step, task.length);
  else
    context.workers.chunks(count, larger(1, grain / 2 / task.length),
                           [&](std::int64_t begin, std::int64_t end, std::int64_t, int) { search_each(begin, end); });
}

template <bool largest, class T>
void strip(const AxisTask<2>& task, std::int64_t row, std::int64_t first, std::int64_t columns) {
  const Operand& out = task.operand[0];
  const Operand& in = task.operand[1];
  const std::int32_t last = task.rank - 1;
  const std::int64_t step = in.strides[last], out_step = out.strides[last], axis_step = task.axis_stride[1];
  const T* x = static_cast<const T*>(in.data) + offset_of(row, task.sizes, in.strides, 0, last) + first * step;
  T best[strip_columns];
  std::int64_t place[strip_columns];
  for (std::int64_t c = 0; c < columns; ++c) {
    best[c] = x[c * step];
    place[c] = 0;
  }
  const auto scan = [&](std::int64_t s) {
    for (std::int64_t i = 1; i < task.length; ++i) {
      const T* __restrict xi = x + i * axis_step;
      for (std::int64_t c = 0; c < columns; ++c) {
        const T value = xi[c * s];
        const bool wins = beats<largest>(value, best[c]);
        best[c] = wins ? value : best[c];
        place[c] = wins ? i : place[c];
      }
    }
  };
  if (step == 1)
    scan(1);
  else
    scan(step);
  auto* to = static_cast<std::int64_t*>(out.data) + offset_of(row, task.sizes, out.strides, 0, last) + first * out_step;
  for (std::int64_t c = 0; c < columns; ++c) to[c * out_step] = place[c];
}

template <bool largest, class T>
void down_columns(Context& context, const AxisTask<2>& task) {
  const std::int32_t last = task.rank - 1;
  const std::int64_t rows = positions(task.sizes, 0, last), columns = task.sizes[last];
  const std::int64_t strips = (columns + strip_columns - 1) / strip_columns;
  const auto piece = [&](std::int64_t i, int) {
    const std::int64_t first = i % strips * strip_columns;
    strip<largest, T>(task, i / strips, first, lesser(strip_columns, columns - first));
  };
  if (rows * columns * task.length <= grain)
    for (std::int64_t i = 0; i < rows * strips; ++i) piece(i, 0);
  else
    context.workers.each(rows * strips, piece);
}

template <bool largest, class T>
void arg_reduce_dtype(Context& context, const AxisTask<2>& task) {
  const auto size = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  const std::int64_t other = task.rank > 0 ? size(task.operand[1].strides[task.rank - 1]) : 0;
  if (other != 0 && other < size(task.axis_stride[1]))
    down_columns<largest, T>(context, task);
  else
    along_axis<largest, T>(context, task);
}

using ArgReduce = void (*)(Context&, const AxisTask<2>&);

template <bool largest>
constexpr ArgReduce by_dtype(DType dtype) {
  constexpr ArgReduce kernels[] = {arg_reduce_dtype<largest, float>,        arg_reduce_dtype<largest, double>,
                                   arg_reduce_dtype<largest, std::int32_t>, arg_reduce_dtype<largest, std::int64_t>,
                                   arg_reduce_dtype<largest, std::uint8_t>, arg_reduce_dtype<largest, std::uint8_t>};
  return kernels[static_cast<int>(dtype)];
}

}  // namespace

void arg_reduce(Context& context, bool largest, const AxisTask<2>& task) {
  if (task.length == 0 || positions(task.sizes, 0, task.rank) == 0) return;
  const DType dtype = task.operand[1].dtype;
  (largest ? by_dtype<true>(dtype) : by_dtype<false>(dtype))(context, task);
}

LINDEN_LEVEL_END
}  // namespace linden
