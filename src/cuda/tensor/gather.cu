// out[i] = in[index[i]] along an axis, for every position of the other dimensions. Bytes are moved, so that only the
// size of an element matters; rows that lie whole in aligned memory move 16 bytes at a time.
//
// Threads follow the memory of `out`: neighbours have neighbouring elements of its densest dimension.
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

template <class T>
__global__ void gather_as(__grid_constant__ const AxisTask<3> task, bool across, std::int64_t outer_positions) {
  const std::int32_t rank = across ? task.rank - 1 : task.rank;
  const std::int64_t width = across ? task.sizes[rank] : 1, loop = task.length * width;
  for (std::int64_t n = thread_of_grid(); n < outer_positions * loop; n += threads_of_grid()) {
    const auto [outer, inside] = divided(n, loop);
    const auto [i, j] = divided(inside, width);
    const IndexedMemory<T> at(task, offsets_at(task, rank, outer));
    const std::int64_t to = across ? j * task.operand[0].strides[rank] : 0;
    const std::int64_t by = across ? j * task.operand[1].strides[rank] : 0;
    const std::int64_t from = across ? j * task.operand[2].strides[rank] : 0;
    const std::int64_t index = at.index[i * task.axis_stride[1] + by];
    at.out[i * task.axis_stride[0] + to] = at.in[index * task.axis_stride[2] + from];
  }
}

template <class T>
void run(Context& context, const AxisTask<3>& task) {
  const bool across = axis_is_outer(task);
  const std::int64_t count = positions(task, task.rank) * task.length;
  const std::int64_t outer = positions(task, across ? task.rank - 1 : task.rank);
  if (count == 0) return;
  launch<gather_as<T>>({.grid = blocks_for(context, count, 256), .block = 256, .stream = stream_of(context)}, task,
                       across, outer);
}

/// Whether one index moves rows that can be read and written as whole 16 bytes of `n` elements each; makes the task one
/// over these.
bool widen(AxisTask<3>& task, std::int64_t n) {
  const std::int32_t last = task.rank - 1;
  if (!axis_is_outer(task) || task.sizes[last] % n != 0 || task.operand[1].strides[last] != 0) return false;
  for (const int o : {0, 2}) {
    const Operand& operand = task.operand[o];
    if (operand.strides[last] != 1 || task.axis_stride[o] % n != 0) return false;
    if (reinterpret_cast<std::uintptr_t>(operand.data) % 16 != 0) return false;
    for (std::int32_t d = 0; d < last; ++d)
      if (operand.strides[d] % n != 0) return false;
  }
  task.sizes[last] /= n;
  for (const int o : {0, 2}) {
    task.axis_stride[o] /= n;
    for (std::int32_t d = 0; d < last; ++d) task.operand[o].strides[d] /= n;
  }
  return true;
}

}  // namespace

void gather(Context& context, const AxisTask<3>& task) {
  AxisTask<3> wide = task;
  const std::int64_t bytes = size_of(task.operand[0].dtype);
  if (widen(wide, 16 / bytes)) return run<uint4>(context, wide);
  switch (bytes) {
    case 8: return run<std::uint64_t>(context, task);
    case 4: return run<std::uint32_t>(context, task);
    default: return run<std::uint8_t>(context, task);
  }
}

}  // namespace linden::cuda
