// What each feature adds to the scores of rows, path dependent: rows walk over each tree together, a lane each
// (backend/explain/walk.hpp). In an oblivious tree rows of one leaf have the same values: where there are more rows
// than leaves the walk is over all ways down the tree, once, and rows look up what it found.
#include "backend/explain/by_points.hpp"
#include "backend/explain/walk.hpp"
#include "cpu/explain/steps.hpp"
#include "cpu/explain/tiles.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int32_t most_levels = 10;                            // of a tree whose leaves are looked up
constexpr std::int64_t most_numbers = (std::int64_t{8} << 20) / 8;  // of the tables of a batch of trees

/// The ways down an oblivious tree, or as many as fill a pack.
std::int64_t patterns(const ExplainTree& tree) {
  const std::int64_t ways = std::int64_t{1} << tree.oblivious;
  return ways < explain_lanes ? explain_lanes : ways;
}

bool is_looked_up(const ExplainTask& task, const ExplainTree& tree) {
  return task.forest.terms == nullptr && tree.oblivious > 0 && tree.oblivious <= most_levels &&
         (std::int64_t{4} << tree.oblivious) <= task.all_rows;
}

/// Numbers of the table of a tree: [width, slots, patterns].
std::int64_t table_size(const ExplainTask& task, const ExplainTree& tree) {
  return is_looked_up(task, tree) ? task.program.width * tree.slots * patterns(tree) : 0;
}

/// The end of the batch that begins with a tree, and what its tables take.
struct Batch {
  std::int32_t end = 0;
  std::int64_t numbers = 0;
};
Batch batch_from(const ExplainTask& task, std::int32_t first) {
  Batch batch{first, 0};
  for (; batch.end < task.program.tree_count; ++batch.end) {
    const std::int64_t more = table_size(task, task.program.trees[batch.end]);
    if (batch.end > first && batch.numbers + more > most_numbers) break;
    batch.numbers += more;
  }
  return batch;
}

void walk_all(RowLanes& lanes, const ExplainTask& task, std::int32_t number, std::int32_t column) {
  const std::int32_t points = task.program.trees[number].points;
  lanes.set_points(points);
  by_points(points, [&]<int fixed>() { walk<fixed>(lanes, task.forest, task.program, number, column); });
}

void make_table(const ExplainTask& task, std::int32_t number, const WalkMemory& memory, double* table) {
  const ExplainTree& tree = task.program.trees[number];
  const std::int64_t stride = patterns(tree);
  RowLanes lanes(task.forest, memory);
  for (std::int32_t k = 0; k < task.program.width; ++k)
    for (std::int64_t i = 0; i < stride; i += pack_lanes) {
      lanes.set_patterns(i, tree.oblivious);
      lanes.set_sums(table + k * tree.slots * stride + i, stride);
      walk_all(lanes, task, number, k);
    }
}

/// Adds what a tree's table has for the leaves of a pack of rows.
void look_up(const RowLanes& lanes, const ExplainTask& task, const ExplainTree& tree, const double* table,
             std::int64_t row) {
  PackBits leaf{};
  for (std::int32_t level = 0; level < tree.oblivious; ++level)
    leaf =
        leaf + leaf + 1 + lanes.goes_left(task.program.splits[tree.first_split + level], level);  // which is -1, or 0
  const std::int64_t stride = patterns(tree);
  const std::uint32_t* const features = task.program.slots + tree.first_slot;
  for (std::int32_t k = 0; k < task.program.width; ++k) {
    const std::int32_t output = tree.output < 0 ? k : tree.output;
    double* const sums = task.sums + std::int64_t{output} * task.forest.features * task.stride + row;
    for (std::int32_t slot = 0; slot < tree.slots; ++slot, table += stride) {
      Pack found;
      for (int i = 0; i < pack_lanes; ++i) found[i] = table[leaf[i]];
      double* const sum = sums + features[slot] * task.stride;
      store(sum, load(sum) + found);
    }
  }
}

}  // namespace

std::int64_t explain_scratch(Context& context, const ExplainTask& task) {
  std::int64_t tables = 0;
  for (std::int32_t first = 0; first < task.program.tree_count;) {
    const Batch batch = batch_from(task, first);
    tables = tables < batch.numbers ? batch.numbers : tables;
    first = batch.end;
  }
  return context.workers.threads() * TileMemory::bytes(task) + tables * std::int64_t{sizeof(double)};
}

void contributions(Context& context, const ExplainTask& task) {
  const ExplainView& program = task.program;
  auto* const scratch = static_cast<std::byte*>(task.scratch);
  const std::int64_t tile_bytes = TileMemory::bytes(task);
  auto* const tables = reinterpret_cast<double*>(scratch + context.workers.threads() * tile_bytes);
  for (std::int32_t first = 0; first < program.tree_count;) {
    const Batch batch = batch_from(task, first);
    const auto table_of = [&](std::int32_t t) {
      std::int64_t place = 0;
      for (std::int32_t before = first; before < t; ++before) place += table_size(task, program.trees[before]);
      return tables + place;
    };
    if (batch.numbers > 0) {
      __builtin_memset(tables, 0, static_cast<std::size_t>(batch.numbers) * sizeof(double));
      context.workers.each(batch.end - first, [&](std::int64_t t, int worker) {
        const auto number = static_cast<std::int32_t>(first + t);
        if (is_looked_up(task, program.trees[number]))
          make_table(task, number, TileMemory(task, scratch + worker * tile_bytes).walk, table_of(number));
      });
    }
    each_explain_tile(context, task, scratch, [&](const TileMemory& memory, std::int64_t begin, std::int64_t end) {
      RowLanes lanes(task.forest, memory.walk);
      const double* table = tables;
      for (std::int32_t t = first; t < batch.end; ++t) {
        const ExplainTree& tree = program.trees[t];
        for (std::int64_t i = begin; i < end; i += pack_lanes) {
          lanes.set_rows(memory.values + (i - begin), memory.tile);
          if (is_looked_up(task, tree)) {
            look_up(lanes, task, tree, table, i);
            continue;
          }
          for (std::int32_t k = 0; k < program.width; ++k) {
            const std::int32_t output = tree.output < 0 ? k : tree.output;
            lanes.set_sums(task.sums + std::int64_t{output} * task.forest.features * task.stride + i, task.stride);
            walk_all(lanes, task, t, k);
          }
        }
        table += table_size(task, tree);
      }
    });
    first = batch.end;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
