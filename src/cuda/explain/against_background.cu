// What features add to the scores of rows against a background (backend/explain/games.hpp): a thread for each row. All
// threads come to the same leaves and compare their patterns with the same ones of the background, one after the other.
#include "cuda/explain/lanes.hpp"
#include "cuda/explain/steps.hpp"

namespace linden::cuda {
namespace {

constexpr std::int32_t most_words = 1024 / 64 + 1;  // of a pattern, by the levels that trees have at most

struct BackgroundWork {
  ExplainWork walk;
  BackgroundTask background;
};

/// The sums of a row, times the values of a leaf.
struct RowSums {
  const BackgroundWork& work;
  const ExplainTree& tree;
  const ExplainTerm* way;
  std::int32_t count;
  std::int64_t row;
  const double* values;  ///< null: once
  const ForestTerm* terms = nullptr;
  mutable std::uint32_t extra = 0;

  LINDEN_HD void set_extra(std::int32_t term) const { extra = terms[term].feature; }
  LINDEN_HD bool has_pairs() const { return work.background.pair_sums != nullptr; }
  LINDEN_HD std::uint32_t feature(std::int32_t i) const { return i < count ? way[i].feature : extra; }
  LINDEN_HD void add(std::int32_t i, double x) const {
    add_to(work.walk.sums, work.walk.forest.features, feature(i), x);
  }
  LINDEN_HD void add(std::int32_t i, std::int32_t j, double x) const {
    const std::int64_t features = work.walk.forest.features;
    add_to(work.background.pair_sums, pair_count(features), pair_number(feature(i), feature(j), features), x);
  }

 private:
  LINDEN_HD void add_to(double* sums, std::int64_t places, std::int64_t place, double x) const {
    for (std::int32_t k = 0; k < work.walk.program.width; ++k) {
      const std::int64_t output = tree.output < 0 ? k : tree.output;
      sums[(output * places + place) * work.walk.stride + row] += values == nullptr ? x : values[k] * x;
    }
  }
};

/// Adds the games of a leaf, of a row that has come there.
__device__ void add_leaf(const BackgroundWork& work, const ThreadLanes& lanes, std::int32_t number, std::int32_t leaf,
                         std::int64_t row, std::uint64_t* mine) {
  const ExplainView& program = work.walk.program;
  const ForestView& forest = work.walk.forest;
  const PatternView& patterns = work.background.patterns;
  const ExplainTree& tree = program.trees[number];
  const std::int64_t at = tree.first_way + leaf;
  const ExplainTerm* const way = program.ways + program.first_of_way[at];
  const auto count = static_cast<std::int32_t>(program.first_of_way[at + 1] - program.first_of_way[at]);
  std::int32_t lacks = 0;
  for (std::int32_t w = 0; w < patterns.words; ++w) mine[w] = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    const bool follows = lanes.follows(way[i].above);
    mine[i / 64] |= std::uint64_t{follows} << (i % 64);
    lacks += follows ? 0 : 1;
  }
  const double* const values = program.values + tree.first_value + std::int64_t{leaf} * program.width;
  if (forest.terms == nullptr) {
    add_games(patterns, at - patterns.first_leaf, mine, count, lacks, RowSums{work, tree, way, count, row, values});
    return;
  }
  const std::int32_t* const first = forest.first_term + forest.first_leaf[number] + leaf;
  const ForestTerm* const terms = forest.terms + first[0];
  add_linear_games(
      patterns, at - patterns.first_leaf, mine, count, lacks, values[0], first[1] - first[0],
      [&](std::int32_t t) {
        std::int32_t i = 0;
        while (i < count && way[i].feature != terms[t].feature) ++i;
        return i;
      },
      [&](std::int32_t t) { return added_by(terms[t], lanes.value(terms[t].feature)); },
      RowSums{work, tree, way, count, row, nullptr, terms});
}

template <std::int32_t words>
__global__ void __launch_bounds__(explain_threads) add_against_background(BackgroundWork work) {
  const ExplainView& program = work.walk.program;
  const std::int64_t thread = std::int64_t{blockIdx.x} * explain_threads + threadIdx.x;
  ThreadLanes lanes(work.walk, thread);
  std::uint64_t mine[words];
  for (std::int64_t row = thread; row < work.walk.rows; row += work.walk.threads) {
    lanes.set_row(row);
    for (std::int32_t t = work.background.first_tree; t < work.background.end_tree; ++t) {
      const ExplainTree& tree = program.trees[t];
      for (std::int64_t s = tree.first_step; s < tree.end_step; ++s) {
        const ExplainStep step = program.steps[s];
        const ExplainSplit* const split = program.splits + tree.first_split + step.index;
        if (step.move == ExplainMove::leaf)
          add_leaf(work, lanes, t, step.index, row, mine);
        else if (step.move == ExplainMove::enter)
          follow_left(lanes, *split, step.level);
        else
          follow_right(lanes, *split, step.level);
      }
    }
  }
}

}  // namespace

void against_background(Context& context, const ExplainTask& task, const BackgroundTask& background) {
  with_threads(context, task, task.forest.features, [&](const LaunchShape& shape, const ExplainWork& work) {
    if (background.patterns.words == 1)
      launch<add_against_background<1>>(shape, BackgroundWork{work, background});
    else
      launch<add_against_background<most_words>>(shape, BackgroundWork{work, background});
  });
}

}  // namespace linden::cuda
