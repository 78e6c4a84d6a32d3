#include "boosting/predict/row_forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "backend/tree/traverse.hpp"

namespace linden {
namespace {

constexpr int together = 8;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t most_few = 63;
constexpr std::uint32_t few_flag = 1u << 31, many_flag = 1u << 30;  // in Node::slot

// The groups of categories (Forest::group_of) that a split sends left, as bits.
double few_left_codes(const ForestView& forest, std::int32_t at) {
  std::uint64_t set = 0;
  for (std::int32_t code = 0; code < std::min(most_few, forest.details[at].codes); ++code)
    if (special_goes_left(forest, at, code)) set |= std::uint64_t{1} << code;
  if (special_goes_left(forest, at, -1)) set |= std::uint64_t{1} << most_few;
  return std::bit_cast<double>(set);
}

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
      nodes_.push_back({detail.value, 0, at});
    } else if (!node.special || has_zeros) {
      has_zeros_ |= has_zeros;
      nodes_.push_back({node.threshold, slot + node.missing_left, node.left});
    } else {
      std::int32_t& codes = codes_[node.feature];
      if (codes < 0) codes = forest.groups(node.feature, detail.codes);
      const bool few = codes <= most_few;
      kind_ = std::max(kind_, few ? Kind::few_codes : Kind::many_codes);
      nodes_.push_back({few ? few_left_codes(forest_, at) : 0.0, slot | (few ? few_flag : many_flag), node.left});
    }
  }
}

void RowForest::set_number(double* slots, std::size_t used, double value) const noexcept {
  const auto write = [&](std::size_t feature, bool missing) {
    slots[2 + 2 * feature] = missing ? infinity : value;
    slots[3 + 2 * feature] = missing ? -infinity : value;
  };
  write(used, std::isnan(value));
  if (has_zeros_) write(codes_.size() + used, !(std::abs(value) > zero_bound));
}

void RowForest::set_code(double* slots, std::size_t used, double code) const noexcept {
  code = source_->group_of(static_cast<std::uint32_t>(used), code);
  const bool known = code >= 0 && code < codes_[used];
  if (codes_[used] > most_few)
    slots[2 + 2 * used] = known ? code : -1.0;
  else
    slots[2 + 2 * used] = std::bit_cast<double>(known ? static_cast<std::uint64_t>(code) : std::uint64_t{most_few});
}

template <RowForest::Kind kind>
void RowForest::descend(const std::int32_t* roots, const double* slots, std::int32_t* at) const {
  const Node* const nodes = nodes_.data();
  for (int t = 0; t < together; ++t) at[t] = roots[t];
  for (std::int32_t moved = 1; moved != 0;) {
    moved = 0;
#pragma GCC unroll 8
    for (int t = 0; t < together; ++t) {
      const Node& node = nodes[at[t]];
      std::int32_t right = 0;
      if constexpr (kind == Kind::numbers) {
        right = slots[node.slot] > node.threshold;
      } else {
        const double value = slots[node.slot & ~(few_flag | many_flag)];
        const auto code = std::bit_cast<std::uint64_t>(value) & most_few;
        const auto in_set = static_cast<std::int32_t>(std::bit_cast<std::uint64_t>(node.threshold) >> code & 1);
        const std::int32_t is_above = value > node.threshold;
        right = is_above ^ ((is_above ^ in_set ^ 1) & static_cast<std::int32_t>(node.slot >> 31));
        if constexpr (kind == Kind::many_codes)
          if ((node.slot & many_flag) != 0) right = special_goes_left(forest_, at[t], value) ? 0 : 1;
      }
      const std::int32_t next = node.left + right;
      moved |= next ^ at[t];
      at[t] = next;
    }
  }
}

template <RowForest::Kind kind>
void RowForest::add_all(const double* slots, double* scores) const {
  for (std::int32_t tree = 0; tree < forest_.trees; tree += together) {
    const std::int32_t count = std::min(together, forest_.trees - tree);
    std::int32_t roots[together], at[together];  // trees past the last are copies of it
    for (std::int32_t t = 0; t < together; ++t) roots[t] = forest_.roots[tree + std::min(t, count - 1)];
    descend<kind>(roots, slots, at);
    if (forest_.width == 0) {
      for (std::int32_t t = 0; t < count; ++t)
        scores[forest_.outputs[tree + t]] += nodes_[static_cast<std::size_t>(at[t])].threshold;
      continue;
    }
    for (std::int32_t t = 0; t < count; ++t) {
      const double* const values = values_of(forest_, tree + t, at[t]);
      for (std::int32_t k = 0; k < forest_.width; ++k) scores[k] += values[k];
    }
  }
}

void RowForest::add(const double* slots, double* scores) const {
  switch (kind_) {
    case Kind::numbers: return add_all<Kind::numbers>(slots, scores);
    case Kind::few_codes: return add_all<Kind::few_codes>(slots, scores);
    case Kind::many_codes: return add_all<Kind::many_codes>(slots, scores);
  }
}

}  // namespace linden
