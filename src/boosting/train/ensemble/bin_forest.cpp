#include "boosting/train/ensemble/bin_forest.hpp"

#include "backend/tree/wide_bins.hpp"

namespace linden {
namespace {

constexpr int all_bins = 256;

}  // namespace

BinPlaces::BinPlaces(std::size_t features, std::span<const int> used) : of(features, -1), missing_of(features, -1) {
  std::int32_t place = 0;
  for (const int feature : used) of[static_cast<std::size_t>(feature)] = place++;
}

BinNode BinForest::laid_out(const TreeNode& node) const {
  const Cuts& cuts = cuts_[static_cast<std::size_t>(node.feature)];
  BinNode out;
  out.feature = places_.of[static_cast<std::size_t>(node.feature)];
  if (cuts.is_wide()) {
    const int last = cuts.bin_of_number(node.threshold);
    set_sides(out, {last, node.missing_left ? cuts.missing_bin() : last});
    return out;
  }
  if (node.categorical)
    for (const int code : node.left_categories) mark_left(out, cuts.bin_of[static_cast<std::size_t>(code)]);
  else
    mark_first(out, cuts.bin_of_number(node.threshold) + 1);
  if (node.missing_left && cuts.has_room_for_missing()) mark_left(out, cuts.missing_bin());
  return out;
}

// Puts before node `at`, whose children are laid out, one that takes the missing values out: it leads to a copy of the
// node, or to one of the child that they go to.
void BinForest::ask_for_missing(std::int32_t at, std::int32_t feature, bool missing_left) {
  const auto copy = [&](std::int32_t from) {
    const auto to = static_cast<std::int32_t>(nodes_.size());
    nodes_.push_back(nodes_[static_cast<std::size_t>(from)]);
    for (std::size_t k = 0; k < width_; ++k) values_.push_back(values_[static_cast<std::size_t>(from) * width_ + k]);
    if (nodes_.back().left == from) nodes_.back().left = to;  // a leaf
  };
  const auto pair = static_cast<std::int32_t>(nodes_.size());
  copy(at);
  copy(nodes_[static_cast<std::size_t>(pair)].left + (missing_left ? 0 : 1));
  BinNode& node = nodes_[static_cast<std::size_t>(at)];
  node = {.feature = feature, .left = pair};
  mark_left(node, 0);
}

void BinForest::add(const Tree& tree, double from, double to) {
  const std::int32_t root = roots_.back();
  const bool adds_to_all = tree.output == Tree::all_outputs;
  width_ = adds_to_all ? tree.leaf_values.size() / static_cast<std::size_t>(tree.leaves()) : 1;
  outputs_.push_back(adds_to_all ? 0 : tree.output);
  for (const TreeNode& node : tree.nodes) {
    const auto index = static_cast<std::int32_t>(nodes_.size());
    const bool is_leaf = node.feature < 0;
    for (std::size_t k = 0; k < width_; ++k) {
      const double value = is_leaf ? tree.values(node)[k] : 0;
      values_.push_back(to * value - from * value);
    }
    BinNode& out = nodes_.emplace_back(is_leaf ? BinNode{} : laid_out(node));
    if (is_leaf) mark_first(out, all_bins);
    out.left = is_leaf ? index : root + node.left;
  }
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {  // children first
    const TreeNode& node = tree.nodes[i];
    if (node.feature < 0) continue;
    const std::int32_t feature = places_.missing_of[static_cast<std::size_t>(node.feature)];
    if (feature >= 0) ask_for_missing(root + static_cast<std::int32_t>(i), feature, node.missing_left);
  }
  roots_.push_back(static_cast<std::int32_t>(nodes_.size()));
}

void BinForest::add_to(const Backend& backend, Context& context, const BinsView& bins, double* scores) const {
  const std::int64_t trees = std::ssize(outputs_);
  BinForestView view{nodes_.data(),
                     values_.data(),
                     roots_.data(),
                     outputs_.data(),
                     static_cast<std::int32_t>(trees),
                     static_cast<std::int32_t>(width_)};
  const DeviceArray<std::byte> memory = on_device_together(
      backend.memory, context, "trees", HostList{view.nodes, nodes()}, HostList{view.values, std::ssize(values_)},
      HostList{view.roots, trees + 1}, HostList{view.outputs, trees});
  backend.tree.add_trees(context, {view, bins, scores});
}

}  // namespace linden
