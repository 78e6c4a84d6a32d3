// How features and gradients go together in each leaf (backend/tree/leaf_moments.hpp): a block adds up a tile of a
// leaf's entries, one sum after the other, and adds it to the leaf's. Values are read where they stand, and come from
// the caches from the second sum on.
#include "backend/tree/leaf_moments.hpp"

#include "backend/raw_value.hpp"
#include "cuda/tree/leaf_tiles.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

using Word = unsigned long long;

__global__ void __launch_bounds__(512) find_moment_tiles(const TreeState* tree, std::int64_t* first_tile) {
  count_leaf_tiles(*tree, first_tile);
}

struct AddWholeSums {
  __device__ __forceinline__ WholeSum operator()(const WholeSum& a, const WholeSum& b) const {
    return {a.low + b.low, a.high + b.high};
  }
};

/// A tile of the entries of a leaf that has features.
template <class E>
struct MomentsTile {
  const TreeState& tree;
  const LeafMomentsTask& task;
  const E* entries;
  std::int32_t rows, count;
  const std::int32_t* features;
  std::uint64_t* peaks;
  WholeSum* sums;

  __device__ double value(std::int32_t i, std::int64_t row) const {
    return raw_value(task.rows.columns[features[i]], row);
  }

  /// Raises a peak to the largest key(row).
  template <class Key>
  __device__ void raise(std::int32_t peak, const Key& key) const {
    Word largest = 0;
    each_row([&](std::int64_t row) {
      const Word mine = key(row);
      if (largest < mine) largest = mine;
    });
    largest = block_reduce(largest, Max{});
    if (threadIdx.x == 0) atomicMax(reinterpret_cast<Word*>(global(peaks + peak)), largest);
  }

  /// Adds up term(row).
  template <class Term>
  __device__ void sum(std::int32_t place, const Term& term) const {
    WholeSum mine{};
    each_row([&](std::int64_t row) { add(mine, term(row)); });
    mine = block_reduce(mine, AddWholeSums{});
    if (threadIdx.x != 0) return;
    atomicAdd(reinterpret_cast<Word*>(global(&sums[place].low)), Word(mine.low));
    atomicAdd(reinterpret_cast<Word*>(global(&sums[place].high)), Word(mine.high));
  }

 private:
  template <class F>
  __device__ void each_row(const F& f) const {
    for (auto i = std::int32_t(threadIdx.x); i < rows; i += std::int32_t(leaf_tile_threads)) f(entries[i].row);
  }
};

/// Calls f(tile) for the tiles of this block.
template <class E, class F>
__device__ __forceinline__ void each_tile(const TreeState& tree, const std::int64_t* first_tile,
                                          const LeafMomentsTask& task, const F& f) {
  const std::int64_t tiles = first_tile[tree.node_count];
  for (std::int64_t t = blockIdx.x; t < tiles; t += gridDim.x) {
    const LeafTile tile = leaf_tile(tree, first_tile, t);
    const std::int32_t* const features = task.features + std::int64_t{tile.leaf} * task.width;
    std::int32_t count = 0;
    while (count < task.width && features[count] >= 0) ++count;
    if (count == 0) continue;
    f(MomentsTile<E>{tree, task, static_cast<const E*>(tree.entries) + tile.begin, tile.rows, count, features,
                     task.peaks + std::int64_t{tile.leaf} * MomentsLayout{task.width}.peaks(),
                     task.sums + std::int64_t{tile.leaf} * MomentsLayout{task.width}.sums()});
  }
}

template <class E>
__global__ void __launch_bounds__(leaf_tile_threads)
    find_peaks(const TreeState* memory, const std::int64_t* first_tile, LeafMomentsTask task) {
  const TreeState& tree = *memory;
  each_tile<E>(tree, first_tile, task, [&](const MomentsTile<E>& tile) {
    tile.raise(MomentsLayout::gradient_peak,
               [&](std::int64_t row) { return ordered_key(std::fabs(double(tree.gradients[row]))); });
    tile.raise(MomentsLayout::curvature_peak,
               [&](std::int64_t row) { return ordered_key(double(tree.curvatures[row])); });
    for (std::int32_t i = 0; i < tile.count; ++i) {
      const auto key_of = [&](std::int64_t row, double sign) {
        const double value = tile.value(i, row);
        return is_number(value) ? ordered_key(sign * value) : 0;
      };
      tile.raise(MomentsLayout::high(i), [&](std::int64_t row) { return key_of(row, 1); });
      tile.raise(MomentsLayout::low(i), [&](std::int64_t row) { return key_of(row, -1); });
    }
  });
}

template <class E>
__global__ void __launch_bounds__(leaf_tile_threads)
    find_means(const TreeState* memory, const std::int64_t* first_tile, LeafMomentsTask task) {
  const TreeState& tree = *memory;
  each_tile<E>(tree, first_tile, task, [&](const MomentsTile<E>& tile) {
    const double per_curvature = 1 / curvature_unit(tile.peaks);
    for (std::int32_t i = 0; i < tile.count; ++i) {
      const ValueUnits units = value_units(tile.peaks, i);
      tile.sum(MomentsLayout::one(i), [&](std::int64_t row) {
        return is_number(tile.value(i, row)) ? in_units(tree.curvatures[row], per_curvature) : 0;
      });
      tile.sum(MomentsLayout::value(i), [&](std::int64_t row) {
        const double value = tile.value(i, row);
        return is_number(value) ? in_units(tree.curvatures[row], per_curvature) * units.in_units(value) : 0;
      });
    }
  });
}

template <class E>
__global__ void __launch_bounds__(leaf_tile_threads)
    add_products(const TreeState* memory, const std::int64_t* first_tile, LeafMomentsTask task) {
  const TreeState& tree = *memory;
  each_tile<E>(tree, first_tile, task, [&](const MomentsTile<E>& tile) {
    const double per_gradient = 1 / gradient_unit(tile.peaks), per_curvature = 1 / curvature_unit(tile.peaks);
    for (std::int32_t i = 0; i < tile.count; ++i) {
      const ValueUnits units = value_units(tile.peaks, i);
      const std::int64_t mean = mean_of(tile.sums, i);
      tile.sum(MomentsLayout::gradient(i), [&](std::int64_t row) {
        return in_units(tree.gradients[row], per_gradient) * difference(units, mean, tile.value(i, row));
      });
      for (std::int32_t j = 0; j <= i; ++j) {
        const ValueUnits other_units = value_units(tile.peaks, j);
        const std::int64_t other_mean = mean_of(tile.sums, j);
        tile.sum(MomentsLayout{task.width}.product(i, j), [&](std::int64_t row) {
          return in_units(tree.curvatures[row], per_curvature) * difference(units, mean, tile.value(i, row)) *
                 difference(other_units, other_mean, tile.value(j, row));
        });
      }
    }
  });
}

}  // namespace

void leaf_moments(Context& context, const TreeMemory& tree, const LeafMomentsTask& task) {
  const auto clear = [&]<class T>(T* list, std::int64_t count) {
    set_bytes(context, list, 0, static_cast<std::size_t>(count) * sizeof(T), "leaf_moments");
  };
  clear(task.peaks, std::int64_t{task.leaves} * MomentsLayout{task.width}.peaks());
  clear(task.sums, std::int64_t{task.leaves} * MomentsLayout{task.width}.sums());
  const Scratch<std::int64_t> first_tile(context, tree.node_capacity + std::int64_t{1});
  launch<find_moment_tiles>({.grid = 1, .block = 512, .stream = stream_of(context)}, tree.state, first_tile.data());
  with_entries(tree, [&]<class E>(E*) {
    const LaunchShape shape{
        .grid = blocks_for_tiles(context, tree), .block = leaf_tile_threads, .stream = stream_of(context)};
    launch<find_peaks<E>>(shape, tree.state, first_tile.data(), task);
    launch<find_means<E>>(shape, tree.state, first_tile.data(), task);
    launch<add_products<E>>(shape, tree.state, first_tile.data(), task);
  });
}

}  // namespace linden::cuda
