#include "boosting/predict/levels.hpp"

#include <algorithm>
#include <bit>

#include "backend/tree/tree_input.hpp"

namespace linden {
namespace {

bool have_one_split(const ForestView& forest, std::int32_t a, std::int32_t b) {
  const ForestNode &x = forest.nodes[a], &y = forest.nodes[b];
  if (x.threshold != y.threshold || x.feature != y.feature || x.missing_left != y.missing_left ||
      x.special != y.special)
    return false;
  if (!x.special) return true;
  const ForestDetail &p = forest.details[a], &q = forest.details[b];
  const std::uint32_t* const words = forest.categories + p.first_word;
  return p.codes == q.codes && p.words == q.words &&
         std::equal(words, words + p.words, forest.categories + q.first_word);
}

}  // namespace

std::int32_t levels_of(const ForestView& forest, std::int32_t root, std::int32_t end) {
  const auto leaves = static_cast<std::uint32_t>(end - root + 1) / 2;
  const std::int32_t levels = std::countr_zero(leaves), splits = static_cast<std::int32_t>(leaves) - 1;
  if (!std::has_single_bit(leaves) || levels > most_levels) return -1;
  for (std::int32_t i = 0; i < splits; ++i) {
    const auto first = static_cast<std::int32_t>(std::bit_floor(static_cast<std::uint32_t>(i) + 1)) - 1;
    if (forest.nodes[root + i].left != root + 2 * i + 1 || !have_one_split(forest, root + first, root + i)) return -1;
  }
  for (std::int32_t i = 0; i <= splits; ++i)
    if (forest.details[root + splits + i].leaf != i) return -1;
  return levels;
}

}  // namespace linden
