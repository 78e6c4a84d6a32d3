#include "explain/patterns.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "backend/explain/walk.hpp"
#include "explain/row_values.hpp"

namespace linden {
namespace {

void append_to(auto& list, const auto& more) { list.insert(list.end(), more.begin(), more.end()); }

}  // namespace

// A walk of all rows of the background over a tree.
class BackgroundPatterns::TreeWalk {
 public:
  TreeWalk(const BackgroundPatterns& all, std::int32_t tree)
      : all_(all),
        tree_(all.program_.trees[tree]),
        number_(tree),
        follows_(static_cast<std::size_t>(tree_.levels), std::vector<char>(all.weights_.size())),
        bits_(all.weights_.size() * static_cast<std::size_t>(all.words_)),
        order_(all.weights_.size()) {
    for (std::int64_t s = tree_.first_step; s < tree_.end_step; ++s)
      if (all.program_.steps[s].move == ExplainMove::leaf) lists_.leaves.emplace_back();
  }

  Lists run() {
    for (std::int64_t s = tree_.first_step; s < tree_.end_step; ++s) {
      const ExplainStep step = all_.program_.steps[s];
      if (step.move == ExplainMove::leaf)
        reach(step.index);
      else
        follow(all_.program_.splits[tree_.first_split + step.index], step);
    }
    return std::move(lists_);
  }

 private:
  void follow(const ExplainSplit& split, const ExplainStep& step) {
    std::vector<char>& own = follows_[static_cast<std::size_t>(step.level)];
    const double* const values = all_.values_.data() + split.feature * own.size();
    for (std::size_t row = 0; row < own.size(); ++row) {
      const bool so_far = split.above < 0 || follows_[static_cast<std::size_t>(split.above)][row] != 0;
      const bool left =
          step.move == ExplainMove::enter ? value_goes_left(all_.forest_, split, values[row]) : own[row] == 0;
      own[row] = so_far && left;
    }
  }

  void reach(std::int32_t leaf) {
    const std::int64_t at = tree_.first_way + leaf;
    const std::int64_t* const bounds = all_.program_.first_of_way + at;
    const std::span<const ExplainTerm> way(all_.program_.ways + bounds[0],
                                           static_cast<std::size_t>(bounds[1] - bounds[0]));
    std::ranges::fill(bits_, ~std::uint64_t{0});
    const auto words = static_cast<std::size_t>(all_.words_);
    for (std::size_t i = 0; i < way.size(); ++i) {
      const std::vector<char>& follows = follows_[static_cast<std::size_t>(way[i].above)];
      for (std::size_t row = 0; row < follows.size(); ++row)
        if (follows[row] == 0) bits_[row * words + i / 64] &= ~(std::uint64_t{1} << (i % 64));
    }
    PatternLeaf& own = lists_.leaves[static_cast<std::size_t>(leaf)];
    own.first = std::ssize(lists_.weights);
    own.first_slope = std::ssize(lists_.slopes);
    std::iota(order_.begin(), order_.end(), 0);
    const auto pattern = [&](std::int32_t row) {
      return std::span<const std::uint64_t>(bits_).subspan(static_cast<std::size_t>(row) * words, words);
    };
    std::ranges::sort(order_, [&](std::int32_t a, std::int32_t b) {
      const auto order = std::lexicographical_compare_three_way(pattern(a).begin(), pattern(a).end(),
                                                                pattern(b).begin(), pattern(b).end());
      return order != 0 ? order < 0 : a < b;
    });
    std::span<const ForestTerm> terms;
    if (all_.forest_.terms != nullptr) {
      const std::int32_t* const first = all_.forest_.first_term + all_.forest_.first_leaf[number_] + leaf;
      terms = {all_.forest_.terms + first[0], static_cast<std::size_t>(first[1] - first[0])};
    }
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const std::int32_t row = order_[i];
      if (i == 0 || !std::ranges::equal(pattern(row), pattern(order_[i - 1]))) {
        append_to(lists_.bits, pattern(row));
        std::int32_t lacking = 0;
        for (const std::uint64_t word : pattern(row)) lacking += std::popcount(~word);
        lists_.lacking.push_back(lacking);
        lists_.weights.push_back(0);
        lists_.slopes.resize(lists_.slopes.size() + terms.size());
      }
      const double weight = all_.weights_[static_cast<std::size_t>(row)];
      lists_.weights.back() += weight;
      double* const slopes = lists_.slopes.data() + (lists_.slopes.size() - terms.size());
      for (std::size_t t = 0; t < terms.size(); ++t)
        slopes[t] +=
            weight * added_by(terms[t], all_.values_[terms[t].feature * order_.size() + static_cast<std::size_t>(row)]);
    }
    own.end = std::ssize(lists_.weights);
  }

  const BackgroundPatterns& all_;
  const ExplainTree& tree_;
  const std::int32_t number_;
  std::vector<std::vector<char>> follows_;  // [levels, rows]
  std::vector<std::uint64_t> bits_;         // [rows, words]
  std::vector<std::int32_t> order_;
  Lists lists_;
};

std::size_t BackgroundPatterns::Lists::bytes() const noexcept {
  return (bits.size() + weights.size() + slopes.size()) * sizeof(double) + lacking.size() * sizeof(std::int32_t);
}

void BackgroundPatterns::Lists::append(const Lists& more) {
  const std::int64_t before = std::ssize(weights), slopes_before = std::ssize(slopes);
  for (const PatternLeaf& leaf : more.leaves)
    leaves.push_back({leaf.first + before, leaf.end + before, leaf.first_slope + slopes_before});
  append_to(bits, more.bits);
  append_to(lacking, more.lacking);
  append_to(weights, more.weights);
  append_to(slopes, more.slopes);
}

BackgroundPatterns::BackgroundPatterns(const ExplainView& program, const ForestView& forest, const RowsView& background,
                                       std::span<const double> weights, int outputs)
    : program_(program),
      forest_(forest),
      words_(pattern_words(program)),
      most_(program.features),
      means_(static_cast<std::size_t>(outputs)) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < weights.size(); ++row)
    if (weights[row] > 0) {
      rows.push_back(row);
      weights_.push_back(weights[row]);
    }
  const std::vector<double> values = row_values(background, 0, background.rows);
  const auto features = static_cast<std::size_t>(background.features);
  values_.reserve(rows.size() * features);
  for (std::size_t f = 0; f < features; ++f)
    for (const std::size_t row : rows) values_.push_back(values[row * features + f]);
  const std::int64_t width = most_ + 1;
  together_.resize(static_cast<std::size_t>(width * width));
  for (std::int64_t a = 0; a < width; ++a) {
    together_[a * width] = 1 / static_cast<double>(a + 1);
    for (std::int64_t b = 1; b < width; ++b)
      together_[a * width + b] = together_[a * width + b - 1] * static_cast<double>(b) / static_cast<double>(a + b + 1);
  }
}

std::int32_t BackgroundPatterns::work_out(std::int32_t first, Workers& workers) {
  constexpr std::int32_t at_once = 16;                   // trees, of which each is one worker's
  constexpr std::size_t enough = std::size_t{64} << 20;  // bytes
  lists_ = {};
  first_leaf_ = program_.trees[first].first_way;
  std::int32_t end = first;
  while (end < program_.tree_count && lists_.bytes() < enough) {
    const std::int32_t begin = end;
    end = std::min(begin + at_once, program_.tree_count);
    std::vector<Lists> found(static_cast<std::size_t>(end - begin));
    workers.each(end - begin,
                 [&](std::int64_t t, int) { found[t] = TreeWalk(*this, static_cast<std::int32_t>(begin + t)).run(); });
    for (std::int32_t t = begin; t < end; ++t) {
      add_means(t, found[static_cast<std::size_t>(t - begin)]);
      lists_.append(found[static_cast<std::size_t>(t - begin)]);
    }
  }
  return end;
}

// A row is in the leaf all of whose features it has as the way wants them.
void BackgroundPatterns::add_means(std::int32_t number, const Lists& lists) {
  const ExplainTree& tree = program_.trees[number];
  for (std::size_t leaf = 0; leaf < lists.leaves.size(); ++leaf) {
    const PatternLeaf at = lists.leaves[leaf];
    for (std::int64_t p = at.first; p < at.end; ++p) {
      if (lists.lacking[p] != 0) continue;
      const double* const values =
          program_.values + tree.first_value + static_cast<std::int64_t>(leaf) * program_.width;
      for (std::int32_t k = 0; k < program_.width; ++k)
        means_[static_cast<std::size_t>(tree.output < 0 ? k : tree.output)] += lists.weights[p] * values[k];
      if (forest_.terms == nullptr) continue;
      const std::int32_t* const first = forest_.first_term + forest_.first_leaf[number] + leaf;
      const std::int32_t terms = first[1] - first[0];
      for (std::int32_t t = 0; t < terms; ++t)
        means_[static_cast<std::size_t>(tree.output)] += lists.slopes[at.first_slope + (p - at.first) * terms + t];
    }
  }
}

PatternView BackgroundPatterns::on_device(const Backend& backend, Context& context,
                                          DeviceArray<std::byte>& memory) const {
  PatternView view;
  view.leaves = lists_.leaves.data();
  view.bits = lists_.bits.data();
  view.lacking = lists_.lacking.data();
  view.weights = lists_.weights.data();
  view.slopes = lists_.slopes.data();
  view.together = together_.data();
  view.first_leaf = first_leaf_;
  view.words = words_;
  view.most = most_;
  memory = on_device_together(
      backend.memory, context, "the patterns of a background", HostList{view.leaves, std::ssize(lists_.leaves)},
      HostList{view.bits, std::ssize(lists_.bits)}, HostList{view.lacking, std::ssize(lists_.lacking)},
      HostList{view.weights, std::ssize(lists_.weights)}, HostList{view.slopes, std::ssize(lists_.slopes)},
      HostList{view.together, std::ssize(together_)});
  return view;
}

}  // namespace linden
