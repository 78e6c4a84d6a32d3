#include "boosting/predict/row_forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "backend/tree/traverse.hpp"

namespace linden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t most_few = 63;
constexpr std::uint32_t few_flag = 1u << 31, many_flag = 1u << 30;  // in Node::slot

// Integers in the order of doubles: those below zero have their bits turned around. Both zeros are one.
std::int64_t key_of(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value + 0.0);
  return bits ^ (bits >> 63 & std::numeric_limits<std::int64_t>::max());
}

// The number that a feature's two slots stand for, NaN where it is missing.
double number_in(const std::int64_t* slots) {
  if (slots[0] != slots[1]) return std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<double>(slots[0] ^ (slots[0] >> 63 & std::numeric_limits<std::int64_t>::max()));
}

// The groups of categories (Forest::group_of) that a split sends left, as bits.
std::int64_t few_left_codes(const ForestView& forest, std::int32_t at) {
  std::uint64_t set = 0;
  for (std::int32_t code = 0; code < std::min(most_few, forest.details[at].codes); ++code)
    if (special_goes_left(forest, at, code)) set |= std::uint64_t{1} << code;
  if (special_goes_left(forest, at, -1)) set |= std::uint64_t{1} << most_few;
  return std::bit_cast<std::int64_t>(set);
}

std::uint32_t place_of(std::int32_t node) { return 2 * static_cast<std::uint32_t>(node); }

}  // namespace

RowForest::RowForest(const Forest& forest)
    : source_(&forest), forest_(forest.view(forest.trees())), codes_(forest.used().size(), -1) {
  const std::int64_t count = forest.nodes(forest.trees());
  nodes_.reserve(static_cast<std::size_t>(count));
  for (std::int32_t at = 0; at < count; ++at) {
    const ForestNode& node = forest_.nodes[at];
    const ForestDetail& detail = forest_.details[at];
    const bool has_zeros = node.special && detail.codes == ForestDetail::of_zeros;
    const auto behind = static_cast<std::uint32_t>(has_zeros ? codes_.size() : 0);
    const std::uint32_t slot = 2 + 2 * (behind + node.feature);
    if (detail.leaf >= 0) {
      nodes_.push_back({std::bit_cast<std::int64_t>(detail.value), 0, place_of(at)});
    } else if (!node.special || has_zeros) {
      has_zeros_ |= has_zeros;
      nodes_.push_back({key_of(node.threshold), slot + node.missing_left, place_of(node.left)});
    } else {
      std::int32_t& codes = codes_[node.feature];
      if (codes < 0) codes = forest.groups(node.feature, detail.codes);
      const bool few = codes <= most_few;
      kind_ = std::max(kind_, few ? Kind::few_codes : Kind::many_codes);
      nodes_.push_back(
          {few ? few_left_codes(forest_, at) : 0, slot | (few ? few_flag : many_flag), place_of(node.left)});
    }
  }
  if (!find_levels()) group_trees();
}

// Whether all trees are oblivious.
bool RowForest::find_levels() {
  for (std::int32_t tree = 0; tree < forest_.trees; ++tree) {
    const std::int32_t root = forest_.roots[tree];
    const std::int32_t levels = levels_of_tree(forest_, tree);
    if (levels < 0) {
      level_trees_.clear();
      levels_.clear();
      return false;
    }
    level_trees_.push_back({static_cast<std::uint32_t>(levels_.size()), static_cast<std::uint32_t>(levels),
                            place_of(root + (1 << levels) - 1)});
    for (std::int32_t level = 0; level < levels; ++level) {
      const std::uint32_t at = place_of(root + (1 << level) - 1);
      levels_.push_back({node(at).threshold, node(at).slot, at});
    }
  }
  return true;
}

void RowForest::group_trees() {
  std::vector<std::int32_t> depths(static_cast<std::size_t>(forest_.trees), 0), order(depths.size());
  std::vector<std::pair<std::int32_t, std::int32_t>> open;  // node and depth
  for (std::size_t tree = 0; tree < depths.size(); ++tree) {
    open.emplace_back(forest_.roots[tree], 0);
    while (!open.empty()) {
      const auto [at, depth] = open.back();
      open.pop_back();
      depths[tree] = std::max(depths[tree], depth);
      if (forest_.details[at].leaf >= 0) continue;
      for (const std::int32_t child : {0, 1}) open.emplace_back(forest_.nodes[at].left + child, depth + 1);
    }
  }
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t first = 0; first < order.size(); first += block) {
    const std::span<std::int32_t> trees =
        std::span(order).subspan(first, std::min<std::size_t>(block, order.size() - first));
    std::ranges::stable_sort(trees, {}, [&](std::int32_t tree) { return depths[tree]; });
    for (std::size_t begin = 0; begin < trees.size(); begin += Group::trees) {
      Group& group = groups_.emplace_back();
      for (std::size_t t = 0; t < Group::trees; ++t) {
        const std::int32_t tree = trees[begin + t < trees.size() ? begin + t : begin];
        group.steps = std::max(group.steps, depths[tree]);
        group.roots[t] = place_of(forest_.roots[tree]);
        group.places[t] = tree - static_cast<std::int32_t>(first);
      }
    }
  }
}

void RowForest::set_number(std::int64_t* slots, std::size_t used, double value) const noexcept {
  const auto write = [&](std::size_t feature, bool missing) {
    const std::int64_t key = key_of(value);
    slots[2 + 2 * feature] = missing ? key_of(infinity) : key;
    slots[3 + 2 * feature] = missing ? key_of(-infinity) : key;
  };
  write(used, std::isnan(value));
  if (has_zeros_) write(codes_.size() + used, !(std::abs(value) > zero_bound));
}

void RowForest::set_code(std::int64_t* slots, std::size_t used, double code) const noexcept {
  code = source_->group_of(static_cast<std::uint32_t>(used), code);
  const bool known = code >= 0 && code < codes_[used];
  const bool few = codes_[used] <= most_few;
  slots[2 + 2 * used] = known ? static_cast<std::int64_t>(code) : few ? most_few : -1;
}

template <RowForest::Kind kind>
[[gnu::always_inline]] inline std::uint32_t RowForest::goes_right(const Node& node, std::uint32_t at,
                                                                  const std::int64_t* slots) const {
  if constexpr (kind == Kind::numbers) {
    return slots[node.slot] > node.threshold;
  } else {
    const std::int64_t value = slots[node.slot & ~(few_flag | many_flag)];
    if constexpr (kind == Kind::many_codes)
      if ((node.slot & many_flag) != 0)
        return special_goes_left(forest_, static_cast<std::int32_t>(at / 2), static_cast<double>(value)) ? 0 : 1;
    const auto in_set = static_cast<std::uint32_t>(node.threshold >> (value & most_few) & 1);
    const std::uint32_t is_above = value > node.threshold;
    return is_above ^ ((is_above ^ in_set ^ 1) & node.slot >> 31);
  }
}

template <RowForest::Kind kind>
std::uint32_t RowForest::leaf_by_levels(const LevelTree& tree, const std::int64_t* slots) const {
  std::uint32_t number = 0;
  const Node* const end = levels_.data() + tree.first_level + tree.levels;
  for (const Node* level = end - tree.levels; level != end; ++level)
    number = 2 * number + goes_right<kind>(*level, level->left, slots);
  return tree.first_leaf + 2 * number;
}

template <RowForest::Kind kind>
void RowForest::descend(const Group& group, const std::int64_t* slots, std::uint32_t* leaves) const {
  const auto* const nodes = reinterpret_cast<const std::byte*>(nodes_.data());
  std::uint32_t at[Group::trees];
  for (int t = 0; t < Group::trees; ++t) at[t] = group.roots[t];
  for (std::int32_t step = 0; step < group.steps; ++step) {
#pragma GCC unroll 16
    for (int t = 0; t < Group::trees; ++t) {
      const Node& node = *reinterpret_cast<const Node*>(nodes + std::size_t{8} * at[t]);
      at[t] = node.left + 2 * goes_right<kind>(node, at[t], slots);
    }
  }
  for (int t = 0; t < Group::trees; ++t) leaves[group.places[t]] = at[t];
}

template <RowForest::Kind kind>
void RowForest::add_all(const std::int64_t* slots, double* scores) const {
  const Group* group = groups_.data();
  for (std::int32_t first = 0; first < forest_.trees; first += block) {
    const std::int32_t count = std::min(block, forest_.trees - first);
    std::uint32_t leaves[block];
    if (level_trees_.empty())
      for (std::int32_t found = 0; found < count; found += Group::trees) descend<kind>(*group++, slots, leaves);
    else
      for (std::int32_t t = 0; t < count; ++t)
        leaves[t] = leaf_by_levels<kind>(level_trees_[static_cast<std::size_t>(first + t)], slots);
    if (forest_.terms != nullptr) {
      for (std::int32_t t = 0; t < count; ++t) {
        const ForestDetail& leaf = forest_.details[leaves[t] / 2];
        scores[forest_.outputs[first + t]] += linear_value(
            forest_, first + t, leaf.leaf, leaf.value, [&](std::uint32_t f) { return number_in(slots + 2 + 2 * f); });
      }
      continue;
    }
    if (forest_.width == 0) {
      for (std::int32_t t = 0; t < count; ++t)
        scores[forest_.outputs[first + t]] += std::bit_cast<double>(node(leaves[t]).threshold);
      continue;
    }
    for (std::int32_t t = 0; t < count; ++t) {
      const double* const values = values_of(forest_, first + t, static_cast<std::int32_t>(leaves[t] / 2));
      for (std::int32_t k = 0; k < forest_.width; ++k) scores[k] += values[k];
    }
  }
}

void RowForest::add(const std::int64_t* slots, double* scores) const {
  switch (kind_) {
    case Kind::numbers: return add_all<Kind::numbers>(slots, scores);
    case Kind::few_codes: return add_all<Kind::few_codes>(slots, scores);
    case Kind::many_codes: return add_all<Kind::many_codes>(slots, scores);
  }
}

}  // namespace linden
