// Models of models: some rounds of one, and the weighted sum of several.
#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/join.hpp"
#include "boosting/model/weigh.hpp"

namespace linden {
namespace {

void weigh(std::vector<Tree>& trees, double weight) {
  for (Tree& tree : trees) weigh(tree, weight);
}

bool has_finite_leaves(const Tree& tree) {
  return std::ranges::all_of(tree.leaf_values, [](double value) { return std::isfinite(value); }) &&
         std::ranges::all_of(tree.leaf_terms, [](const LeafTerm& term) { return std::isfinite(term.slope); });
}

BoostedModel merged(const char* where, const std::vector<WeightedModel>& models) {
  if (models.empty()) fail<ArgumentError>("{}: there are no models.", where);
  double sum = 0;
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (models[m].model.empty()) fail<ArgumentError>("{}: model {} is empty.", where, m);
    if (!std::isfinite(models[m].weight))
      fail<ArgumentError>("{}: the weight of model {} is {}; it must be finite.", where, m, models[m].weight);
    sum += models[m].weight;
  }
  const BoostedModel::State& first = models.front().model.state();
  if (!first.offset.empty() && std::abs(sum - 1) > 1e-9)
    fail<ArgumentError>(
        "{}: the models have an offset, and their weights add up to {}, so that the offset of a row would count so "
        "often. "
        "Hint: weights that add up to 1.",
        where, sum);
  const auto whole = std::make_shared<BoostedModel::State>();
  static_cast<ModelSchema&>(*whole) = first;
  whole->config.loss = first.config.loss;
  whole->has_config = false;
  whole->absent_missing = first.absent_missing;
  whole->groups = first.groups;
  whole->initial_score.assign(first.initial_score.size(), 0);
  for (std::size_t m = 0; m < models.size(); ++m) {
    const BoostedModel::State& model = models[m].model.state();
    check_alike(where, fmt::format("model {}", m), first, model);
    if (first.adds_to_all() != model.adds_to_all())
      fail<ArgumentError>("{}: trees of model {} add to {}, and not to {}.", where, m,
                          model.adds_to_all() ? "all outputs" : "one output",
                          model.adds_to_all() ? "one output" : "all outputs");
    if (first.absent_missing != model.absent_missing)
      fail<ArgumentError>("{}: what sparse rows lack is {} to model {}, and not to model 0.", where,
                          model.absent_missing ? "missing" : "0", m);
    for (std::size_t k = 0; k < whole->initial_score.size(); ++k)
      whole->initial_score[k] += models[m].weight * model.initial_score[k];
    std::vector<Tree> trees = model.trees;
    weigh(trees, models[m].weight);
    if (!std::ranges::all_of(whole->initial_score, [](double score) { return std::isfinite(score); }) ||
        !std::ranges::all_of(trees, has_finite_leaves))
      fail<ArgumentError>(
          "{}: the weight of model {} is {}, and what leaves add would not be finite. Hint: a smaller weight.", where,
          m, models[m].weight);
    append_trees(where, *whole, std::move(trees), model.groups, model.statistics);
  }
  whole->finish_forest();
  return BoostedModel(whole);
}

}  // namespace

BoostedModel BoostedModel::slice(int first, int last) const try {
  const State& all = known("slice");
  if (first < 0 || first >= last || last > rounds())
    fail<ArgumentError>("BoostedModel::slice: rounds {} to {} of a model that has {}.", first, last, rounds());
  const auto part = std::make_shared<State>(all);
  const auto begin = all.trees.begin();
  part->trees.assign(begin + first * all.trees_a_round(), begin + last * all.trees_a_round());
  if (all.is_forest()) weigh(part->trees, static_cast<double>(rounds()) / (last - first));
  if (last - first < rounds()) part->baseline.reset();
  part->position_biases.clear();  // those of all rounds
  part->forest = {};
  part->finish_forest();
  return BoostedModel(part);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::slice");
}

BoostedModel BoostedModel::first_rounds(int rounds) const { return slice(0, rounds); }

BoostedModel merge_models(const std::vector<WeightedModel>& models) try {
  return merged("merge_models", models);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("merge_models");
}

BoostedModel average_models(const std::vector<BoostedModel>& models) try {
  std::vector<WeightedModel> weighted;
  for (const BoostedModel& model : models) weighted.push_back({model, 1.0 / static_cast<double>(models.size())});
  return merged("average_models", weighted);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("average_models");
}

}  // namespace linden
