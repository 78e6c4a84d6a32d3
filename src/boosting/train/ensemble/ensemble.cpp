#include "boosting/train/ensemble/ensemble.hpp"

#include <algorithm>
#include <utility>

#include "boosting/model/weigh.hpp"

namespace linden {
namespace {

constexpr std::int64_t nodes_at_once = std::int64_t{1} << 20;  // of trees that are laid out

// A tree whose leaves go from so many times what they are to so many times.
Tree changed(Tree tree, double from, double to) {
  change_leaves(tree, [=](double value) { return to * value - from * value; });
  return tree;
}

}  // namespace

Ensemble::Ensemble(const Backend& backend, Context& context, const std::vector<Cuts>& cuts, const Bins& bins,
                   Scores scores, std::vector<double> start, std::size_t averaged, RawRows* raw)
    : backend_(backend),
      context_(context),
      cuts_(cuts),
      places_(cuts.size(), bins.used()),
      start_(std::move(start)),
      averaged_(averaged) {
  rows_.push_back({std::move(scores), &bins.view(), &places_, raw, {}});
}

std::size_t Ensemble::watch(const BinsView& bins, const BinPlaces& places, std::span<const double> offsets) {
  rows_.push_back({Scores(backend_, context_, start_, bins.rows, offsets), &bins, &places, nullptr, {}});
  return rows_.size() - 1;
}

std::size_t Ensemble::watch(RawRows& rows, std::span<const double> offsets) {
  rows_.push_back({Scores(backend_, context_, start_, rows.rows(), offsets), nullptr, nullptr, &rows, {}});
  return rows_.size() - 1;
}

const Scores& Ensemble::scores_of(std::size_t number) {
  ScoredRows& rows = rows_[number];
  rows.counted.resize(size());
  while (rows.settled < size()) settle(rows);
  return rows.scores;
}

// Brings some of the trees into the scores.
void Ensemble::settle(ScoredRows& rows) {
  std::int64_t nodes = 0;
  const auto each_change = [&](const auto& add) {
    for (; rows.settled < size() && nodes < nodes_at_once; ++rows.settled) {
      const std::size_t tree = rows.settled;
      const double counted = std::exchange(rows.counted[tree], wanted_[tree]);
      if (counted == wanted_[tree]) continue;
      add(trees_[tree], counted, wanted_[tree]);
      nodes += std::ssize(trees_[tree].nodes);
    }
  };
  if (rows.raw != nullptr) {
    std::vector<Tree> trees;
    each_change([&](const Tree& tree, double from, double to) { trees.push_back(changed(tree, from, to)); });
    if (!trees.empty()) rows.raw->add_trees(trees, rows.scores);
    return;
  }
  BinForest forest(cuts_, *rows.places);
  each_change([&](const Tree& tree, double from, double to) { forest.add(tree, from, to); });
  if (forest.nodes() > 0) forest.add_to(backend_, context_, *rows.bins, rows.scores.data());
}

const double* Ensemble::predicted(std::size_t number) {
  const Scores& scores = scores_of(number);
  const double* const sums = scores.on_host();
  if (averaged_ == 0 || trees_.empty()) return sums;
  mean_.resize(static_cast<std::size_t>(scores.outputs() * scores.rows()));
  for (std::int64_t k = 0; k < scores.outputs(); ++k)
    for (std::int64_t row = 0; row < scores.rows(); ++row) {
      const auto at = static_cast<std::size_t>(k * scores.rows() + row);
      const double first = scores.first_of(start_, k, row);
      mean_[at] = first + (sums[at] - first) * share();
    }
  return mean_.data();
}

Tensor Ensemble::predicted_there(std::size_t number, std::int64_t output, const Device& device) {
  return averaged_ == 0 ? scores_of(number).tensor_of(output, device) : Tensor();
}

void Ensemble::add_scored(Tree tree) {
  add(std::move(tree));
  ScoredRows& training = rows_.front();
  training.counted.push_back(1);
  training.settled = size();
}

void Ensemble::add(Tree tree) {
  trees_.push_back(std::move(tree));
  weights_.push_back(1);
  wanted_.push_back(1);
}

void Ensemble::count(std::size_t tree, double times) {
  wanted_[tree] = times;
  for (ScoredRows& rows : rows_) rows.settled = std::min(rows.settled, tree);
}

void Ensemble::drop(std::span<const std::size_t> trees) {
  for (const std::size_t tree : trees) count(tree, 0);
}

void Ensemble::scale(std::span<const std::size_t> trees, double factor) {
  changes_.push_back({size(), {trees.begin(), trees.end()}, factor});
  for (const std::size_t tree : trees) count(tree, weights_[tree] *= factor);
}

void Ensemble::keep_first(std::size_t trees) {
  if (trees >= size()) return;
  trees_.resize(trees);
  weights_.assign(trees, 1);
  for (const Change& change : changes_)
    if (change.size <= trees)
      for (const std::size_t tree : change.trees) weights_[tree] *= change.factor;
}

void Ensemble::sum_again() {
  for (ScoredRows& rows : rows_) {
    rows.scores.begin_with(start_);
    rows.counted.clear();
    rows.settled = 0;
  }
}

std::vector<Tree> Ensemble::trees() const& {
  std::vector<Tree> trees = trees_;
  for (std::size_t i = 0; i < trees.size(); ++i) weigh(trees[i], weights_[i] * share());
  return trees;
}

std::vector<Tree> Ensemble::trees() && {
  for (std::size_t i = 0; i < trees_.size(); ++i) weigh(trees_[i], weights_[i] * share());
  return std::move(trees_);
}

}  // namespace linden
