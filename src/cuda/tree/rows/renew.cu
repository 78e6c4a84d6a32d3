// Leaf values anew, as order statistics of the leaf's residuals, for losses whose Newton steps do not lead to them.
//
// All leaves at once, digit by digit from the top: blocks count the digits of tiles of entries, of those whose digits
// above have been chosen already, then each leaf's next digit is chosen. Only whole numbers are added up.
#include "backend/math/order_statistic.hpp"
#include "backend/tree/leaf_math.hpp"
#include "cuda/tree/leaf_tiles.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr int passes = 64 / select_digit_bits;
constexpr std::int32_t group_leaves = 8192;  // whose counters, 16 MiB, are kept at once
static_assert(leaf_tile_threads == select_digits);

// Weights are summed in shared memory in pieces, whose sums over a tile fit 32 bits.
constexpr int piece_bits = 21, pieces = 3;
static_assert((std::int64_t{1} << (32 - piece_bits)) == leaf_tile_rows && pieces * piece_bits >= 63);

/// How far the search of a leaf has come.
struct Search {
  std::uint64_t prefix;  // the digits chosen
  std::int64_t wanted;   // of the weight of the keys that begin with them
};

/// Leaves [first, first + count) and the digit at `shift`.
struct Pass {
  std::int32_t first, count;
  int shift;
};

using Counter = unsigned long long;

__global__ void __launch_bounds__(512) find_tiles(const TreeState* tree, std::int64_t* first_tile) {
  count_leaf_tiles(*tree, first_tile);
}

template <class E, bool weighted>
__global__ void __launch_bounds__(leaf_tile_threads)
    count_digits(const TreeState* memory, Renewal renewal, StepScratch scratch, const std::int64_t* first_tile,
                 Pass pass, const Search* searches, Counter* counters) {
  constexpr int parts = weighted ? pieces : 1;
  LINDEN_SHARED(counts, unsigned[parts * select_digits]);
  const TreeState& tree = *memory;
  const bool is_first = pass.shift == 64 - select_digit_bits;
  const std::int64_t tiles = first_tile[tree.node_count];
  for (int p = 0; p < parts; ++p) counts[p * select_digits + threadIdx.x] = 0;
  __syncthreads();
  for (std::int64_t t = blockIdx.x; t < tiles; t += gridDim.x) {
    const LeafTile tile = leaf_tile(tree, first_tile, t);
    const std::int32_t leaf = tile.leaf - pass.first;
    if (leaf < 0 || leaf >= pass.count) continue;
    const std::int64_t place = tile.begin < tree.sample_rows ? tile.begin : tile.begin - tree.sample_rows;
    std::uint64_t* const keys = scratch.residual_keys + place;
    std::int64_t* const weights = scratch.residual_weights + place;
    const std::uint64_t prefix = is_first ? 0 : searches[leaf].prefix;
    for (auto i = static_cast<std::int32_t>(threadIdx.x); i < tile.rows; i += int(leaf_tile_threads)) {
      std::uint64_t key;
      std::int64_t weight = 1;
      if (is_first) {
        const std::uint32_t row = (static_cast<const E*>(tree.entries) + tile.begin)[i].row;
        keys[i] = key = ordered_key(renewal.labels[row] - renewal.scores[row]);
        if constexpr (weighted) weights[i] = weight = weight_in_units(renewal.weights[row], 1 / renewal.weight_unit);
      } else {
        key = keys[i];
        if (key >> pass.shift >> select_digit_bits != prefix) continue;
        if constexpr (weighted) weight = weights[i];
      }
      const auto digit = static_cast<unsigned>(key >> pass.shift) % select_digits;
      for (int p = 0; p < parts; ++p) {
        const unsigned piece = static_cast<unsigned>(weight >> (p * piece_bits)) & ((1u << piece_bits) - 1);
        if (piece != 0) atomicAdd(&counts[p * select_digits + digit], piece);
      }
    }
    __syncthreads();
    Counter sum = 0;
    for (int p = 0; p < parts; ++p) {
      unsigned& count = counts[p * select_digits + threadIdx.x];
      sum += static_cast<Counter>(count) << (p * piece_bits);
      count = 0;
    }
    if (sum != 0) atomicAdd(&counters[std::int64_t{leaf} * select_digits + threadIdx.x], sum);
    __syncthreads();
  }
}

/// A leaf to a block, a digit to a thread; leaves the counters at 0.
__global__ void __launch_bounds__(select_digits)
    choose_digits(const TreeState* tree, double level, double learning_rate, Pass pass, Search* searches,
                  Counter* counters) {
  const bool is_first = pass.shift == 64 - select_digit_bits;
  const std::int32_t there = tree->leaf_count - pass.first;
  const std::int32_t leaves = there < pass.count ? there : pass.count;
  for (auto leaf = static_cast<std::int32_t>(blockIdx.x); leaf < leaves; leaf += static_cast<std::int32_t>(gridDim.x)) {
    Counter& counter = counters[std::int64_t{leaf} * select_digits + threadIdx.x];
    const auto weight = static_cast<long long>(counter);
    counter = 0;
    Search search{0, 0};
    if (!is_first) search = searches[leaf];
    const Place<long long> place = block_exclusive_sum(weight);
    if (is_first) search.wanted = place.total == 0 ? 0 : wanted_weight(level, place.total);
    double* const value = &tree->leaf_values[pass.first + leaf];
    if (search.wanted == 0) {  // all of the leaf's rows have weight zero
      if (threadIdx.x == 0) {
        searches[leaf] = search;
        *value = 0;
      }
    } else if (place.before < search.wanted && search.wanted <= place.before + weight) {
      search.wanted -= place.before;
      search.prefix = search.prefix << select_digit_bits | threadIdx.x;
      searches[leaf] = search;
      if (pass.shift == 0) *value = learning_rate * value_of_key(search.prefix);
    }
  }
}

__global__ void bound_values(const TreeState* tree) { bound_renewed(*tree); }

template <class E, bool weighted>
void search_leaves(Context& context, const TreeMemory& tree, const std::int64_t* first_tile) {
  const std::int32_t most = tree.limits.max_leaves;
  const std::int32_t group = most < group_leaves ? most : group_leaves;
  const Scratch<Search> searches(context, group);
  const Scratch<Counter> counters(context, std::int64_t{group} * select_digits, "counters of residuals");
  set_bytes(context, counters.data(), 0, static_cast<std::size_t>(group) * select_digits * sizeof(Counter), "renew");
  for (std::int32_t first = 0; first < most; first += group)
    for (int digit = passes - 1; digit >= 0; --digit) {
      const Pass pass{first, group, digit * select_digit_bits};
      launch<count_digits<E, weighted>>(
          {.grid = blocks_for_tiles(context, tree), .block = leaf_tile_threads, .stream = stream_of(context)},
          tree.state, tree.renewal, StepScratch(tree), first_tile, pass, searches.data(), counters.data());
      launch<choose_digits>(
          {.grid = blocks_for(context, group, 1), .block = select_digits, .stream = stream_of(context)}, tree.state,
          tree.renewal.level, tree.limits.learning_rate, pass, searches.data(), counters.data());
    }
}

}  // namespace

void renew(Context& context, TreeMemory& tree) {
  const Scratch<std::int64_t> first_tile(context, tree.node_capacity + std::int64_t{1});
  launch<find_tiles>({.grid = 1, .block = 512, .stream = stream_of(context)}, tree.state, first_tile.data());
  with_entries(tree, [&]<class E>(E*) {
    if (tree.renewal.weights != nullptr)
      search_leaves<E, true>(context, tree, first_tile.data());
    else
      search_leaves<E, false>(context, tree, first_tile.data());
  });
  if (is_constrained(tree)) launch<bound_values>({.grid = 1, .block = 1, .stream = stream_of(context)}, tree.state);
}

}  // namespace linden::cuda
