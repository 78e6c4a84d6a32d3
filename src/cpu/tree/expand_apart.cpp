// Leaves of a step that are expanded apart: a thread takes one, divides its rows, sums and searches its children, and
// takes the next. Where leaves are small this is how threads wait for each other least: once a step.
//
// To the kernels a leaf that is expanded apart is a step of its own: a batch of one, in the memory of the tree, with
// histograms lent to it and scratch memory of the worker's own.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t most_entries = partition_chunk;  // of a leaf
constexpr std::int32_t most_leaves = 32;                // of a step
constexpr std::int32_t lent_slots = 4;  // two for its children, and the two that `split` wants left over

// Histograms lent to a step, and then those that it gives back: with its leaf's own they may be one more.
struct Slots {
  std::int32_t slot[lent_slots + 1];
  std::int32_t count;
};

// What one worker has of the tree.
TreeMemory alone_with(const TreeMemory& tree) {
  TreeMemory memory = tree;
  memory.batch_capacity = 1;
  memory.renewal.level = 0;  // leaves are renewed by all
  memory.planes = 0;
  return memory;
}

// The step that expands the i-th leaf of the batch.
struct StepApart {
  StepApart(const TreeState& tree, std::int32_t i, Slots& slots, char* scratch)
      : state{alone_with(tree)}, memory(state) {
    const std::int32_t child = 2 * i;
    state.scratch = scratch;
    state.node_count = tree.node_count + child;
    state.batch = tree.batch + i;
    state.batch_size = 1;
    state.children_final = tree.children_final;
    state.left_entries = tree.left_entries + i;
    state.candidates = tree.candidates + child * tree.feature_count;
    if (tree.draw_ranks != nullptr) {
      state.draw_ranks = ranks_of(tree, child);
      state.draw_limits = tree.draw_limits + child;
    }
    state.free_slots = slots.slot;
    state.free_count = slots.count;
    memory = state;
    memory.state = &state;
  }

  void run() {
    Workers alone(1);
    Context context{alone};
    partition(context, memory);
    expand(context, memory);
    histogram(context, memory);
    subtract(context, memory);
    if (state.rules.draws()) admit(context, memory);
    split(context, memory);
  }

  TreeState state;
  TreeMemory memory;
};

// About how long a step takes if leaves are expanded apart, less how long if threads share all parts of it.
double loss_of_time(const Context& context, const TreeState& tree) {
  constexpr double ns_of_waits = 5'000;  // of threads for each other, after the parts of a shared step
  const double threads = context.workers.threads(), features = tree.feature_count;
  double largest = 0, most_dividing = 0, dividing = 0, summing = 0, searching = 0;
  for (std::int32_t i = 0; i < tree.batch_size; ++i) {
    const auto rows = static_cast<double>(tree.nodes[tree.batch[i]].entries);
    const double own_dividing = rows * ns_of_divided_row, own_summing = rows / 2 * features * ns_of_update;
    const double own_searching = 2 * features * ns_of_scan, own = own_dividing + own_summing + own_searching;
    if (own > largest) largest = own;
    if (own_dividing > most_dividing) most_dividing = own_dividing;
    dividing += own_dividing;
    summing += own_summing;
    searching += own_searching;
  }
  const auto longer = [](double a, double b) { return a > b ? a : b; };
  const double apart = longer(largest, (dividing + summing + searching) / threads);
  const double shared = longer(most_dividing, dividing / threads) + summing / threads +
                        (searching < worth_sharing_ns ? searching : searching / threads) + ns_of_waits;
  return apart - shared;
}

}  // namespace

std::int64_t scratch_bytes_apart(const TreeMemory& tree) {
  TreeMemory measured = alone_with(tree);
  measured.scratch = nullptr;
  Workers alone(1);
  const std::int64_t rows = tree.bins.rows < most_entries ? tree.bins.rows : most_entries;
  return StepScratch(Context{alone}, measured).bytes_before_rows +
         (rows * static_cast<std::int64_t>(sizeof(WideEntry)) + 255) / 256 * 256;
}

bool expand_apart(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  const std::int32_t leaves = tree.batch_size;
  if (tree.limits.oblivious) return false;  // its leaves share one split
  if (leaves < 2 || leaves > most_leaves || is_grown_alone(context, tree) || counts_rows(tree) ||
      tree.bins.sparse.features + tree.bins.wide.features > 0 ||
      tree.free_count < 2 * tree.batch_capacity + lent_slots * leaves)
    return false;
  std::int32_t by_size[most_leaves];  // the largest first, for it is waited for
  const auto entries_of = [&](std::int32_t i) { return tree.nodes[tree.batch[i]].entries; };
  for (std::int32_t i = 0; i < leaves; ++i) {
    std::int32_t at = i;
    for (; at > 0 && entries_of(by_size[at - 1]) < entries_of(i); --at) by_size[at] = by_size[at - 1];
    by_size[at] = i;
  }
  if (entries_of(by_size[0]) > most_entries || loss_of_time(context, tree) > 0) return false;

  Slots slots[most_leaves];
  for (std::int32_t i = 0; i < leaves; ++i)
    for (slots[i].count = 0; slots[i].count < lent_slots; ++slots[i].count)
      slots[i].slot[slots[i].count] = tree.free_slots[--tree.free_count];
  char* const scratch = static_cast<char*>(tree.scratch) + StepScratch(context, memory).bytes;
  const std::int64_t bytes = scratch_bytes_apart(memory);
  context.workers.each(leaves, [&](std::int64_t task, int worker) {
    const std::int32_t i = by_size[task];
    StepApart step(tree, i, slots[i], scratch + worker * bytes);
    step.run();
    slots[i].count = step.state.free_count;
  });
  for (std::int32_t i = leaves - 1; i >= 0; --i)
    while (slots[i].count > 0) tree.free_slots[tree.free_count++] = slots[i].slot[--slots[i].count];
  tree.first_new = tree.node_count;
  tree.node_count += 2 * leaves;
  return true;
}

LINDEN_LEVEL_END
}  // namespace linden
