// The Hessian of a dense linear model, A' W A of the weighted rows, output by output, its lower half.
//
// Of every pair of outputs k >= l and every pair of tiles of columns I >= J a block makes a tile over its share of the
// rows: 32 rows at a time it standardises both tiles' columns into shared memory, those of I times the rows' weights
// and curvatures, while the values of the next 32 rows are under way, and each thread adds products to 4 x 4 elements.
// Tiles have 64 columns; narrow designs, where most of such a tile would be empty, have 32, and then four groups of
// threads share the rows. A second kernel adds the shares, 8 strands of them and then the strands. Sizes alone decide
// how rows are shared. Products are fused with their sums. Of rows that come in parts a block takes those of its share
// that are there, and goes on with the sums that it has kept.
#include <cmath>

#include "cuda/linear/rows.hpp"
#include "cuda/linear/steps.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {
namespace {

constexpr int hessian_threads = 256;
constexpr int depth = 32;                     // rows in shared memory
constexpr std::int64_t enough_blocks = 1056;  // four waves of two for each multiprocessor of an H100
constexpr std::int64_t share_rows = 256;      // a smaller share is not worth a block
constexpr std::int64_t most_parts = (std::int64_t{1} << 28) / 8;  // numbers of tiles before they are added
constexpr std::int64_t narrow_width = 96;
constexpr int most_strands = 8;

struct HessianArrays {
  DesignView design;
  DesignWeights weights;  // this and curvatures from the part's first row on
  std::int64_t all_rows;
  bool softmax;
  std::int32_t outputs;
  const double *curvatures, *diagonal, *coupling;
  double* out;
};

/// What a launch makes: items first, first + 1, ..., each a pair of tiles for a pair of outputs.
struct HessianShape {
  std::int64_t tile_pairs, items, shares, rows_of_share;
  std::int64_t first = 0;
};

/// Row and column of element number `i` of a lower half, counted along its rows.
struct PairOf {
  std::int64_t high, low;

  __device__ __forceinline__ explicit PairOf(std::int64_t i)
      : high(static_cast<std::int64_t>((std::sqrt(8.0 * static_cast<double>(i) + 1.0) - 1.0) / 2.0)) {
    while (high * (high + 1) / 2 > i) --high;
    while ((high + 1) * (high + 2) / 2 <= i) ++high;
    low = i - high * (high + 1) / 2;
  }
};

struct SlabColumn {
  const void* values;  ///< null: zeros
  double shift, factor;
};

template <int tile>
struct alignas(16) Slab {
  double at[depth][tile + 2];  // two more: rows stay aligned for loads of 16 bytes
};

/// A column of the standardised matrix; zeros outside.
__device__ __forceinline__ SlabColumn slab_column(const DesignView& design, std::int64_t j) {
  if (j < design.features) {
    const double factor = design.factor[j];
    if (factor != 0.0) return {design.columns[j].values, design.shift[j], factor};
  }
  return {nullptr, -1, j == design.features && design.intercept ? 1.0 : 0.0};
}

template <int tile>
struct Micro {
  static constexpr int group_threads = tile * tile / 16, groups = hessian_threads / group_threads;
  static constexpr int across_warps = tile / 16;
  int group, down, across;

  /// A warp has 8 x 4 threads of a tile. Lane bits 0, 2 and 3 go down, 1 and 4 across: a load of 16 bytes takes half
  /// as long where lanes l and l ^ 1, or l and l ^ 2, want the same address.
  __device__ __forceinline__ Micro() {
    const int thread = int(threadIdx.x) % group_threads, warp = thread / 32, lane = thread % 32;
    group = int(threadIdx.x) / group_threads;
    down = warp / across_warps * 8 + (lane & 1) + (lane >> 1 & 6);
    across = warp % across_warps * 4 + (lane >> 1 & 1) + (lane >> 3 & 2);
  }
  /// Elements 0 to 3 of a thread lie in pairs, one pair in each half of the tile.
  __device__ __forceinline__ static int place(int of_thread, int i) {
    return i / 2 * (tile / 2) + 2 * of_thread + i % 2;
  }
};

/// Adds this thread's 4 x 4 elements of the tile, over rows begin .. end - 1.
template <class T, int tile>
__device__ __forceinline__ void add_rows(const HessianArrays& arrays, std::int64_t k, std::int64_t l, bool is_diagonal,
                                         const SlabColumn* columns, std::int64_t begin, std::int64_t end,
                                         Slab<tile>& left, Slab<tile>& right, double (&totals)[4][4]) {
  constexpr int warps = hessian_threads / 32, count = tile / warps;
  const std::int64_t rows = arrays.all_rows;
  const int lane = int(lane_index()), warp = int(warp_index());
  const Micro<tile> mine;
  T high[count], low[count];
  double weight = 0;
  const auto fetch = [&](std::int64_t first) {
    const bool exists = first + lane < end;
    const std::int64_t row = exists ? first + lane : end - 1;
    const double p = arrays.curvatures[k * rows + row];
    const double curvature = arrays.softmax ? softmax_curvature(p, arrays.curvatures[l * rows + row], k == l) : p;
    weight = exists ? weighted(weight_of(arrays.weights, row), curvature) : 0.0;
#pragma unroll
    for (int i = 0; i < count; ++i) {
      const void *of_high = columns[warp + i * warps].values, *of_low = columns[tile + warp + i * warps].values;
      high[i] = of_high != nullptr ? static_cast<const T*>(of_high)[row] : T(0);
      if (!is_diagonal) low[i] = of_low != nullptr ? static_cast<const T*>(of_low)[row] : T(0);
    }
  };
  fetch(begin);
  for (std::int64_t first = begin; first < end; first += depth) {
#pragma unroll
    for (int i = 0; i < count; ++i) {
      const int c = warp + i * warps;
      const double x = (static_cast<double>(high[i]) - columns[c].shift) * columns[c].factor;
      left.at[lane][c] = weight != 0.0 ? weight * x : 0.0;
      right.at[lane][c] =
          is_diagonal ? x : (static_cast<double>(low[i]) - columns[tile + c].shift) * columns[tile + c].factor;
    }
    __syncthreads();
    if (first + depth < end) fetch(first + depth);
#pragma unroll(8)
    for (int i = 0; i < depth / Micro<tile>::groups; ++i) {
      const int r = mine.group * (depth / Micro<tile>::groups) + i;
      double2 a[2], b[2];
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        a[half] = *reinterpret_cast<const double2*>(&left.at[r][Micro<tile>::place(mine.down, 2 * half)]);
        b[half] = *reinterpret_cast<const double2*>(&right.at[r][Micro<tile>::place(mine.across, 2 * half)]);
      }
      const double down[4] = {a[0].x, a[0].y, a[1].x, a[1].y}, across[4] = {b[0].x, b[0].y, b[1].x, b[1].y};
#pragma unroll
      for (int u = 0; u < 4; ++u)
#pragma unroll
        for (int v = 0; v < 4; ++v) totals[u][v] = ::fma(down[u], across[v], totals[u][v]);
    }
    __syncthreads();  // the next rows go to the same place
  }
}

/// parts [share, group, item, tile, tile]
template <int tile>
__global__ void __launch_bounds__(hessian_threads, 2)
    hessian_tiles(__grid_constant__ const HessianArrays arrays, __grid_constant__ const HessianShape shape,
                  double* parts) {
  LINDEN_SHARED(left, Slab<tile>);
  LINDEN_SHARED(right, Slab<tile>);
  LINDEN_SHARED(columns, SlabColumn[2 * tile]);
  const DesignView& design = arrays.design;
  const std::int64_t item = shape.first + blockIdx.x;
  const PairOf outputs(item / shape.tile_pairs), tiles(item % shape.tile_pairs);
  const bool is_diagonal = tiles.high == tiles.low;
  const bool is_f32 = design.all_f32;
  // Rows of the share that are in this part, counted from its first one.
  const std::int64_t share = blockIdx.y * shape.rows_of_share - design.rows_before,
                     share_end = share + shape.rows_of_share;
  const std::int64_t begin = share > 0 ? share : 0, end = share_end < design.rows ? share_end : design.rows;
  const bool is_first = design.rows_before == 0;
  if (!is_first && begin >= end) return;  // the whole block
  for (int c = int(threadIdx.x); c < 2 * tile; c += hessian_threads)
    columns[c] = slab_column(design, (c < tile ? tiles.high : tiles.low) * tile + c % tile);
  __syncthreads();
  const Micro<tile> mine;
  const std::int64_t part = std::int64_t{blockIdx.y} * Micro<tile>::groups + mine.group;
  double* const to = parts + (part * gridDim.x + blockIdx.x) * (tile * tile);
  const auto place = [&](int u, int v) {
    return Micro<tile>::place(mine.down, u) * tile + Micro<tile>::place(mine.across, v);
  };
  double totals[4][4] = {};
  if (!is_first) {
#pragma unroll
    for (int u = 0; u < 4; ++u)
#pragma unroll
      for (int v = 0; v < 4; ++v) totals[u][v] = to[place(u, v)];
  }
  // Losses other than softmax have no curvature between outputs.
  const bool has_curvature = arrays.softmax || outputs.high == outputs.low;
  if (has_curvature && begin < end) {  // the same for the whole block
    if (is_f32)
      add_rows<float, tile>(arrays, outputs.high, outputs.low, is_diagonal, columns, begin, end, left, right, totals);
    else
      add_rows<double, tile>(arrays, outputs.high, outputs.low, is_diagonal, columns, begin, end, left, right, totals);
  }
#pragma unroll
  for (int u = 0; u < 4; ++u)
#pragma unroll
    for (int v = 0; v < 4; ++v) to[place(u, v)] = totals[u][v];
}

/// Adds `count` parts of `items` tiles and writes the elements. `strands` threads, a power of two, share an element's
/// parts.
template <int tile>
__global__ void __launch_bounds__(hessian_threads)
    join_tiles(__grid_constant__ const HessianArrays arrays, __grid_constant__ const HessianShape shape,
               const double* parts, std::int64_t items, std::int64_t count, int strands) {
  LINDEN_SHARED(of_strand, double[hessian_threads]);
  const int cells = hessian_threads / strands, cell = int(threadIdx.x) % cells, strand = int(threadIdx.x) / cells;
  const std::int64_t numbers = items * (tile * tile);
  const std::int64_t number = std::int64_t{blockIdx.x} * cells + cell;  // tiles are whole numbers of blocks
  double total = 0;
#pragma unroll 4
  for (std::int64_t part = strand; part < count; part += strands) total += parts[part * numbers + number];
  of_strand[threadIdx.x] = total;
  __syncthreads();
  if (strand == 0) {
    for (int s = 1; s < strands; ++s) total += of_strand[s * cells + cell];
    const std::int64_t item = shape.first + number / (tile * tile);
    const int place = int(number % (tile * tile));
    const PairOf outputs(item / shape.tile_pairs), tiles(item % shape.tile_pairs);
    const std::int64_t width = std::int64_t{arrays.design.features} + 1, size = width * arrays.outputs;
    const std::int64_t i = tiles.high * tile + place / tile, j = tiles.low * tile + place % tile;
    const std::int64_t above = outputs.high * width, beside = outputs.low * width;
    if (i < width && j <= i) {
      if (i == j && above == beside && arrays.diagonal != nullptr) total += arrays.diagonal[above + i];
      if (i == j && arrays.coupling != nullptr) total += arrays.coupling[i];
      arrays.out[(above + i) * size + beside + j] = total;
      // The block of two different outputs is symmetric, too.
      if (above != beside && i != j) arrays.out[(above + j) * size + beside + i] = total;
    }
  }
}

constexpr std::int64_t clamped(std::int64_t x, std::int64_t most) {
  return x < 1 || most < 1 ? 1 : x < most ? x : most;
}

/// Tiles of this size for all rows of a design.
template <int tile>
struct HessianPlan {
  HessianShape shape;
  std::int64_t count;     // of parts of an item
  std::int64_t together;  // items of a launch: all of them where rows come in parts

  HessianPlan(const DesignView& design, std::int32_t outputs) {
    const std::int64_t rows = design.all_rows(), across = (design.width() + tile - 1) / tile;
    const std::int64_t pairs = across * (across + 1) / 2, items = pairs * outputs * (outputs + 1) / 2;
    const std::int64_t shares = clamped((enough_blocks + items - 1) / items, rows / share_rows);
    shape = {pairs, items, shares, ((rows + shares - 1) / shares + depth - 1) / depth * depth};
    count = shares * Micro<tile>::groups;
    together = design.is_whole() ? clamped(most_parts / (count * tile * tile), items) : items;
  }
  std::int64_t numbers() const { return count * together * tile * tile; }
};

template <int tile>
void hessian_as(Context& context, const HessianArrays& arrays, double* kept) {
  const DesignView& design = arrays.design;
  auto [shape, count, together] = HessianPlan<tile>(design, arrays.outputs);
  const Scratch<double> own(context, design.is_whole() ? count * together * tile * tile : 0, "tiles of a Hessian");
  double* const parts = design.is_whole() ? own.data() : kept;
  const int strands = count > most_strands ? most_strands : 1;
  for (; shape.first < shape.items; shape.first += together) {
    const std::int64_t now = together < shape.items - shape.first ? together : shape.items - shape.first;
    launch<hessian_tiles<tile>>(
        {.grid = {unsigned(now), unsigned(shape.shares)}, .block = hessian_threads, .stream = stream_of(context)},
        arrays, shape, parts);
    if (!design.is_last()) continue;
    launch<join_tiles<tile>>({.grid = unsigned(now * tile * tile / (hessian_threads / strands)),
                              .block = hessian_threads,
                              .stream = stream_of(context)},
                             arrays, shape, parts, now, count, strands);
  }
}

bool is_narrow(const DesignView& design) { return design.width() <= narrow_width; }

}  // namespace

void hessian(Context& context, const HessianTask& task) {
  const DesignView& design = task.design;
  const HessianArrays arrays{design,       of_part(task.weights, design),    design.all_rows(), task.softmax,
                             task.outputs, of_part(task.curvatures, design), task.diagonal,     task.coupling,
                             task.out};
  double* const kept = static_cast<double*>(task.scratch);
  is_narrow(design) ? hessian_as<32>(context, arrays, kept) : hessian_as<64>(context, arrays, kept);
}

std::int64_t hessian_room(const DesignView& design, std::int32_t outputs) {
  if (design.is_whole()) return 0;
  const std::int64_t numbers =
      is_narrow(design) ? HessianPlan<32>(design, outputs).numbers() : HessianPlan<64>(design, outputs).numbers();
  return numbers * std::int64_t{sizeof(double)};
}

}  // namespace linden::cuda
