#include "boosting/predict/byte_forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>

namespace linden {
namespace {

constexpr std::int32_t most_groups = 255;
constexpr std::int32_t most_planes = UINT16_MAX;
constexpr int variants = 4;  // of a feature's planes: where missing values go, and whether zeros are missing

int variant_of(const ForestNode& node) { return node.missing_left + 2 * node.special; }

// The greatest float that is not greater.
float floor_to_float(double value) {
  const auto rounded = static_cast<float>(value);
  return rounded > value ? std::nextafter(rounded, -std::numeric_limits<float>::infinity()) : rounded;
}

}  // namespace

class ByteForest::Builder {
 public:
  Builder(const Forest& source, ByteForest& out)
      : source_(source),
        forest_(source.view(source.trees())),
        count_(static_cast<std::int32_t>(source.nodes(source.trees()))),
        out_(out),
        rank_of_(static_cast<std::size_t>(count_)),
        plane_of_(static_cast<std::size_t>(forest_.features)),
        open_sets_(static_cast<std::size_t>(forest_.features)) {}

  /// Whether it could be done.
  bool build() {
    if (!find_ranks()) return false;
    number_planes();
    std::int32_t most_sets = 0;
    for (std::int32_t tree = 0; tree < forest_.trees; ++tree) {
      if (!add_tree(tree)) return false;
      most_sets = std::max(most_sets, out_.trees_.back().sets);
    }
    out_.plane_count_ = static_cast<std::int32_t>(out_.planes_.size()) + most_sets;
    return out_.plane_count_ <= most_planes;
  }

 private:
  struct OpenSets {
    std::int32_t tree = -1, number = 0;  // of the tree's sets
    int used = 7;                        // bits
  };

  bool is_leaf(std::int32_t at) const { return forest_.nodes[at].left == at; }
  bool is_categorical(std::int32_t at) const {
    return forest_.nodes[at].special && forest_.details[at].codes != ForestDetail::of_zeros;
  }

  // The thresholds of all features, and the place of each node's among them. Whether categories have few groups.
  bool find_ranks() {
    std::vector<std::vector<double>> thresholds(plane_of_.size());
    out_.features_.resize(plane_of_.size());
    for (std::int32_t at = 0; at < count_; ++at) {
      if (is_leaf(at)) continue;
      const ForestNode& node = forest_.nodes[at];
      if (!is_categorical(at)) {
        thresholds[node.feature].push_back(node.threshold);
      } else if (std::int32_t& groups = out_.features_[node.feature].groups; groups < 0) {
        groups = source_.groups(node.feature, forest_.details[at].codes);
        if (groups > most_groups) return false;
      }
    }
    for (std::size_t f = 0; f < thresholds.size(); ++f) {
      std::vector<double>& list = thresholds[f];
      std::ranges::sort(list);
      list.erase(std::unique(list.begin(), list.end()), list.end());
      ByteFeature& feature = out_.features_[f];
      feature.first_threshold = std::ssize(out_.thresholds_);
      feature.search = static_cast<std::int32_t>(std::bit_ceil(list.size() + 1));
      plane_of_[f].assign(variants * (list.size() / BytePlane::thresholds + 1), 0);
      list.resize(static_cast<std::size_t>(feature.search - 1), std::numeric_limits<double>::infinity());
      out_.thresholds_.insert(out_.thresholds_.end(), list.begin(), list.end());
    }
    for (const double threshold : out_.thresholds_) out_.f32_thresholds_.push_back(floor_to_float(threshold));
    for (std::int32_t at = 0; at < count_; ++at) {
      if (is_leaf(at) || is_categorical(at)) continue;
      const ForestNode& node = forest_.nodes[at];
      const std::vector<double>& list = thresholds[node.feature];
      const auto rank = std::lower_bound(list.begin(), list.end(), node.threshold) - list.begin();
      rank_of_[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(rank);
      plane_of(at) = 1;
    }
    return true;
  }

  // A node's plane, among those of its feature.
  std::int32_t& plane_of(std::int32_t at) {
    const ForestNode& node = forest_.nodes[at];
    const std::int32_t part = rank_of_[static_cast<std::size_t>(at)] / BytePlane::thresholds;
    return plane_of_[node.feature][static_cast<std::size_t>(variants * part + variant_of(node))];
  }

  // Those planes that some node asks for.
  void number_planes() {
    for (std::size_t f = 0; f < plane_of_.size(); ++f) {
      ByteFeature& feature = out_.features_[f];
      feature.first_plane = static_cast<std::int32_t>(out_.planes_.size());
      if (feature.groups >= 0) out_.planes_.emplace_back();
      for (std::size_t i = 0; i < plane_of_[f].size(); ++i) {
        if (plane_of_[f][i] == 0) continue;
        plane_of_[f][i] = static_cast<std::int32_t>(out_.planes_.size());
        const auto part = static_cast<std::int32_t>(i) / variants;
        out_.planes_.push_back({part * BytePlane::thresholds, (i & 1) != 0, (i & 2) != 0});
      }
      feature.planes = static_cast<std::int32_t>(out_.planes_.size()) - feature.first_plane;
    }
  }

  // The test of a node that is no leaf.
  ByteSplit split_of(std::int32_t tree, std::int32_t at) {
    if (is_categorical(at)) return set_of(tree, at);
    const std::int32_t plane = plane_of(at);
    const std::int32_t rank =
        rank_of_[static_cast<std::size_t>(at)] - out_.planes_[static_cast<std::size_t>(plane)].base;
    return {static_cast<std::uint16_t>(plane), static_cast<std::int8_t>(rank - 128), -1};
  }

  ByteSplit set_of(std::int32_t tree, std::int32_t at) {
    const std::uint32_t f = forest_.nodes[at].feature;
    const ByteFeature& feature = out_.features_[f];
    ByteTree& out = out_.trees_.back();
    OpenSets& open = open_sets_[f];
    if (open.tree != tree || open.used == 7) {
      open = {tree, out.sets++, 0};
      out_.sets_.push_back(
          {static_cast<std::uint16_t>(feature.first_plane), static_cast<std::int32_t>(out_.bits_.size())});
      out_.bits_.resize(out_.bits_.size() + static_cast<std::size_t>(feature.groups) + 1);
    }
    const ForestDetail& set = forest_.details[at];
    const auto bit = static_cast<std::uint8_t>(1u << open.used++);
    std::uint8_t* const bits =
        out_.bits_.data() + out_.sets_[static_cast<std::size_t>(out.first_sets + open.number)].first_bits;
    for (std::int32_t code = 0; code < feature.groups; ++code)
      if (code >= 32 * set.words || (forest_.categories[set.first_word + code / 32] >> (code % 32) & 1) == 0)
        bits[code] |= bit;
    if (!forest_.nodes[at].missing_left) bits[feature.groups] |= bit;
    const auto plane = static_cast<std::uint16_t>(static_cast<std::int32_t>(out_.planes_.size()) + open.number);
    return {plane, 0, static_cast<std::int8_t>(bit)};
  }

  // The nodes near the root, the upper ones first, as long as they have few exits; then these.
  struct Top {
    std::vector<std::int32_t> splits, exits;
    std::vector<std::int32_t> place;  // by node of the tree: among the splits, or -1 - an exit's number
    std::vector<std::uint8_t> need;   // of the stack, by split
  };

  bool add_tree(std::int32_t tree) {
    const std::int32_t root = forest_.roots[tree];
    const std::int32_t end = tree + 1 < forest_.trees ? forest_.roots[tree + 1] : count_;
    const std::int32_t leaves = (end - root + 1) / 2;
    const bool is_whole = leaves <= ByteTree::exits;
    ByteTree& out = out_.trees_.emplace_back();
    out.first_step = static_cast<std::int32_t>(out_.steps_.size());
    out.first_sets = static_cast<std::int32_t>(out_.sets_.size());
    out.first_leaf = leaves_;
    out.leaves = leaves;
    leaves_ += leaves;
    if (forest_.width == 0) {
      out_.values_.resize(static_cast<std::size_t>(leaves_));
      for (std::int32_t at = root; at < end; ++at)
        if (is_leaf(at))
          out_.values_[static_cast<std::size_t>(out.first_leaf + forest_.details[at].leaf)] = forest_.details[at].value;
    }
    if (const std::int32_t levels = forest_.levels[tree]; levels > 0) {
      out.oblivious = true;
      out.steps = levels;
      for (std::int32_t level = 0; level < levels; ++level)
        out_.steps_.push_back({.split = split_of(tree, root + (1 << level) - 1)});
      return true;
    }
    find_top(root, end);
    emit(tree, root, root);
    out.steps = static_cast<std::int32_t>(out_.steps_.size()) - out.first_step;
    if (is_whole) return true;
    out.first_exit = static_cast<std::int32_t>(out_.exits_.size());
    for (const std::int32_t at : top_.exits) {
      out_.exits_.push_back(static_cast<std::int32_t>(out_.nodes_.size()));
      if (!lay_out(tree, at)) return false;
    }
    return true;
  }

  void find_top(std::int32_t root, std::int32_t end) {
    top_.splits.clear();
    top_.exits.clear();
    top_.place.assign(static_cast<std::size_t>(end - root), 0);
    std::vector<std::int32_t> queue{root};
    const bool is_whole = (end - root + 1) / 2 <= ByteTree::exits;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::int32_t at = queue[i];
      std::int32_t& place = top_.place[static_cast<std::size_t>(at - root)];
      const bool has_room = queue.size() - top_.splits.size() < ByteTree::exits;
      if (is_leaf(at) || !has_room) {
        place = -1 - (is_whole ? forest_.details[at].leaf : static_cast<std::int32_t>(top_.exits.size()));
        top_.exits.push_back(at);
        continue;
      }
      place = static_cast<std::int32_t>(top_.splits.size());
      top_.splits.push_back(at);
      queue.push_back(forest_.nodes[at].left);
      queue.push_back(forest_.nodes[at].left + 1);
    }
    top_.need.assign(top_.splits.size(), 0);
    for (std::size_t i = top_.splits.size(); i-- > 0;) {
      const std::int32_t left = forest_.nodes[top_.splits[i]].left - root;
      const auto need = [&](std::int32_t node) -> std::uint8_t {
        const std::int32_t place = top_.place[static_cast<std::size_t>(node)];
        return place < 0 ? std::uint8_t{0} : top_.need[static_cast<std::size_t>(place)];
      };
      const std::uint8_t a = need(left), b = need(left + 1);
      top_.need[i] = a == b ? static_cast<std::uint8_t>(a + 1) : std::max(a, b);
    }
  }

  // The steps of a node of the top, after those of its children.
  void emit(std::int32_t tree, std::int32_t root, std::int32_t at) {
    const auto place = [&](std::int32_t node) { return top_.place[static_cast<std::size_t>(node - root)]; };
    if (place(at) < 0) return;
    const std::int32_t left = forest_.nodes[at].left, right = left + 1;
    const std::int32_t a = place(left), b = place(right);
    ByteStep step;
    if (a >= 0 && b >= 0) {
      const bool left_first = top_.need[static_cast<std::size_t>(a)] >= top_.need[static_cast<std::size_t>(b)];
      emit(tree, root, left_first ? left : right);
      emit(tree, root, left_first ? right : left);
      step.kind = left_first ? ByteStep::last_right : ByteStep::last_left;
    } else {
      emit(tree, root, left);
      emit(tree, root, right);
      step.kind = a >= 0 ? ByteStep::right_exit : b >= 0 ? ByteStep::left_exit : ByteStep::two_exits;
      if (a < 0) step.left = static_cast<std::uint8_t>(-1 - a);
      if (b < 0) step.right = static_cast<std::uint8_t>(-1 - b);
    }
    step.split = split_of(tree, at);
    out_.steps_.push_back(step);
  }

  // What is below an exit, the upper nodes first.
  bool lay_out(std::int32_t tree, std::int32_t exit) {
    std::vector<std::int32_t> queue{exit};
    const std::size_t first = out_.nodes_.size();
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::int32_t at = queue[i];
      out_.leaf_of_node_.push_back(forest_.details[at].leaf);
      if (is_leaf(at)) {
        out_.nodes_.push_back({{}, static_cast<std::int32_t>(first + i)});
        continue;
      }
      if (is_categorical(at)) return false;
      out_.nodes_.push_back({split_of(tree, at), static_cast<std::int32_t>(first + queue.size())});
      queue.push_back(forest_.nodes[at].left);
      queue.push_back(forest_.nodes[at].left + 1);
    }
    return true;
  }

  const Forest& source_;
  ForestView forest_;
  std::int32_t count_;
  ByteForest& out_;
  std::vector<std::int32_t> rank_of_;                // by node
  std::vector<std::vector<std::int32_t>> plane_of_;  // by feature: of parts and variants
  std::vector<OpenSets> open_sets_;                  // by feature
  std::int32_t leaves_ = 0;
  Top top_;
};

ByteForest::ByteForest(const Forest& forest) {
  if (!Builder(forest, *this).build()) *this = ByteForest();
}

ByteForestView ByteForest::view() const noexcept {
  if (empty()) return {};
  return {features_.data(),     planes_.data(),
          thresholds_.data(),   f32_thresholds_.data(),
          trees_.data(),        steps_.data(),
          sets_.data(),         bits_.data(),
          exits_.data(),        nodes_.data(),
          leaf_of_node_.data(), values_.data(),
          plane_count_,         static_cast<std::int32_t>(planes_.size())};
}

// To lay a forest out takes about as long as to predict four rows for each node of one of its trees.
ByteForestView LazyByteForest::of(const Forest& forest, std::int64_t rows) const {
  const std::int64_t asked = made_->rows += rows;
  const std::int64_t trees = forest.trees(), nodes = forest.nodes(forest.trees());
  if (asked * trees < 4 * nodes) return {};
  std::call_once(made_->once, [&] { made_->bytes = ByteForest(forest); });
  return made_->bytes.view();
}

}  // namespace linden
