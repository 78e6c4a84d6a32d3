// What a metric loses when the values of a feature are shuffled among the rows.
#include <algorithm>
#include <cmath>
#include <linden/importance.hpp>
#include <linden/random.hpp>
#include <set>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "inspection/feature_column.hpp"
#include "inspection/sample.hpp"
#include "linear/plain_fit.hpp"

namespace linden {
namespace {

constexpr const char* where = "permutation_importances";

// The features whose values can matter.
std::set<int> read_features(const BoostedModel& model) {
  std::set<int> read;
  const auto features = static_cast<int>(model.feature_names().size());
  for (const Tree& tree : model.trees()) {
    for (const TreeNode& node : tree.nodes) {
      if (node.feature >= features)
        for (const int source : model.derived_features()[static_cast<std::size_t>(node.feature - features)].features)
          read.insert(source);
      else if (node.feature >= 0)
        read.insert(node.feature);
    }
    for (const LeafTerm& term : tree.leaf_terms) read.insert(term.feature);
  }
  return read;
}

std::set<int> read_features(const LinearModel& model) {
  std::set<int> read = features_of_offsets(model);
  const std::vector<std::vector<int>> features = features_of_columns(model);
  for (int c = 0; c < std::ssize(features); ++c)
    for (int k = 0; k < model.outputs(); ++k)
      if (model.weight(c, k) != 0)
        read.insert(features[static_cast<std::size_t>(c)].begin(), features[static_cast<std::size_t>(c)].end());
  return read;
}

std::vector<int> asked_features(const AnyModel& model, const NameList& names) {
  std::vector<int> asked;
  for (const std::string& name : names) asked.push_back(feature_number(where, model, name));
  for (int f = 0; names.empty() && f < std::ssize(schema_of(model).feature_names); ++f) asked.push_back(f);
  return asked;
}

std::vector<double> shuffled(const std::vector<double>& values, std::uint64_t seed, std::uint64_t shuffle) {
  const Tensor order = Generator(seed, shuffle * values.size()).permutation(static_cast<std::int64_t>(values.size()));
  std::vector<double> moved;
  moved.reserve(values.size());
  for (const std::int64_t row : order.span<const std::int64_t>())
    moved.push_back(values[static_cast<std::size_t>(row)]);
  return moved;
}

void summarise(PermutationImportance& one) {
  const auto count = static_cast<double>(one.drops.size());
  for (const double drop : one.drops) one.mean += drop / count;
  for (const double drop : one.drops) one.deviation += (drop - one.mean) * (drop - one.mean);
  one.deviation = count > 1 ? std::sqrt(one.deviation / (count - 1)) : 0;
}

}  // namespace

PermutationImportances permutation_importances(const AnyModel& model, const Dataset& data,
                                               const PermutationOptions& options) try {
  if (options.repeats < 1 || options.repeats > 10'000)
    fail<ArgumentError>("{}: .repeats is {}; it must be from 1 to 10,000.", where, options.repeats);
  check_asked(where, model, data);
  std::vector<Metric> metrics;
  if (options.metric)
    metrics.push_back(*options.metric);
  else
    metrics = metric::defaults(std::visit([](const auto& one) { return one.loss(); }, model));
  if (metrics.empty()) fail<ArgumentError>("{}: the loss has no metric of its own. Hint: .metric names one.", where);
  const Metric& metric = metrics.front();
  const PredictOptions predicting{.threads = options.threads, .device = options.device};
  const auto value_of = [&](const Dataset& rows) { return metric.evaluate(judged(model, rows, predicting)); };
  const std::set<int> read = std::visit([](const auto& one) { return read_features(one); }, model);
  PermutationImportances found{metric.name(), value_of(data), metric.higher_is_better(), {}};
  const std::vector<std::string>& names = schema_of(model).feature_names;
  for (const int feature : asked_features(model, options.features)) {
    PermutationImportance one{.feature = feature, .name = names[static_cast<std::size_t>(feature)]};
    one.drops.assign(static_cast<std::size_t>(options.repeats), 0.0);
    if (read.contains(feature)) {
      const FeatureColumn column(where, model, data, feature);
      for (std::size_t i = 0; i < one.drops.size(); ++i) {
        const double value = value_of(
            column.with(shuffled(column.values(), options.seed, i * names.size() + static_cast<std::size_t>(feature))));
        one.drops[i] = metric.higher_is_better() ? found.value - value : value - found.value;
      }
    }
    summarise(one);
    found.features.push_back(std::move(one));
  }
  std::ranges::stable_sort(found.features, std::greater<>(), &PermutationImportance::mean);
  return found;
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

}  // namespace linden
