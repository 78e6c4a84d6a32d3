// Gradients to integers: q = round(g / unit) with a power-of-two unit, 15 bits with the sign or 24.
#include "backend/tree/tree_math.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr unsigned items = 4;  // rows of a thread at a time

struct Totals {
  std::int64_t gradient, curvature, magnitude;
};
struct AddTotals {
  __device__ __forceinline__ Totals operator()(const Totals& a, const Totals& b) const {
    return {a.gradient + b.gradient, a.curvature + b.curvature, a.magnitude + b.magnitude};
  }
};

__device__ __forceinline__ void add(std::int64_t* total, std::int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long*>(total), static_cast<unsigned long long>(value));
}

/// The entries of the sampled rows, in the first half, and their sums.
template <class Integer>
__global__ void __launch_bounds__(threads)
    round_rows(const float* gradients, const float* curvatures, const std::uint32_t* sample, std::int64_t rows,
               double per_gradient, double per_curvature, Entry<Integer>* entries, RowSums* row_sums, Totals* sum) {
  Totals totals{0, 0, 0};
  const std::int64_t tile = std::int64_t{items} * threads;
  for (std::int64_t begin = blockIdx.x * tile + threadIdx.x; begin < rows; begin += gridDim.x * tile) {
    std::uint32_t row[items];
    float gradient[items], curvature[items];
#pragma unroll
    for (unsigned i = 0; i < items; ++i) {
      const std::int64_t at = begin + i * threads;
      row[i] = at >= rows ? 0 : sample != nullptr ? sample[at] : static_cast<std::uint32_t>(at);
    }
#pragma unroll
    for (unsigned i = 0; i < items; ++i) {
      const bool is_there = begin + i * threads < rows;
      gradient[i] = is_there ? gradients[row[i]] : 0;
      curvature[i] = is_there ? curvatures[row[i]] : 0;
    }
#pragma unroll
    for (unsigned i = 0; i < items; ++i) {
      const std::int32_t g = quantised(gradient[i], per_gradient), h = quantised(curvature[i], per_curvature);
      if (begin + i * threads < rows && row_sums != nullptr) row_sums[row[i]] = RowSums{g, h, 1, 0};
      if (begin + i * threads < rows)
        store_entry(entries + begin + i * threads,
                    Entry<Integer>{row[i], static_cast<Integer>(g), static_cast<Integer>(h)});
      totals = AddTotals()(totals, {g, h, g < 0 ? -g : g});
    }
  }
  totals = block_reduce(totals, AddTotals());
  if (threadIdx.x == 0) {
    add(&sum->gradient, totals.gradient);
    add(&sum->curvature, totals.curvature);
    add(&sum->magnitude, totals.magnitude);
  }
}

}  // namespace

RootSums quantise(Context& context, TreeMemory& tree) {
  const Scratch<Totals> sum(context, 1);
  set_bytes(context, sum.data(), 0, sizeof(Totals), "quantise");
  if (tree.row_sums != nullptr && tree.sample != nullptr)  // rows outside the sample have the label -1
    set_bytes(context, tree.row_sums, 0xff, tree.bins.rows * static_cast<std::int64_t>(sizeof(RowSums)), "quantise");
  with_entries(tree, [&]<class Integer>(Entry<Integer>*) {
    launch<round_rows<Integer>>({.grid = blocks_for(context, tree.sample_rows, items * threads),
                                 .block = threads,
                                 .stream = stream_of(context)},
                                tree.gradients, tree.curvatures, tree.sample, tree.sample_rows, 1 / tree.gradient_unit,
                                1 / tree.curvature_unit, static_cast<Entry<Integer>*>(tree.entries), tree.row_sums,
                                sum.data());
  });
  Totals totals;
  check(cudaMemcpyAsync(&totals, sum.data(), sizeof totals, cudaMemcpyDeviceToHost, stream_of(context)), "quantise");
  context.stream->synchronize();
  return {tree.sample_rows, totals.gradient, totals.curvature, totals.magnitude};
}

}  // namespace linden::cuda
