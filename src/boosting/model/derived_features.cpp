// The columns that trees read in place of categories: their names, and those that are left when training ends.
#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/model.hpp"

namespace linden {
namespace {

// What a statistic is a mean of, or what the column of weights is.
std::string name_of_statistic(const ModelSchema& model, const StatisticsTable& table, int statistic) {
  if (statistic == table.statistics()) return "rows";
  const auto k = static_cast<std::size_t>(statistic);
  const std::string label = model.label.empty() ? "the label" : model.label;
  if (!model.classes.empty()) {
    const std::size_t first = table.statistics() == 1 ? model.classes.size() - 1 : 0;
    return fmt::format("share of {} = {}", label, model.classes[std::min(first + k, model.classes.size() - 1)]);
  }
  if (table.statistics() > 1)
    return fmt::format("mean of {}", k < model.labels.size() ? model.labels[k] : fmt::format("label {}", k));
  return "mean of " + label;
}

}  // namespace

void BoostedModel::State::set_statistics(TargetStatistics all) {
  statistics = std::move(all);
  derived.clear();
  for (int column = 0; column < statistics.columns(); ++column) {
    const auto [t, statistic] = statistics.place(column);
    const StatisticsTable& table = statistics.tables()[t];
    std::string names;
    for (const int f : table.features())
      names += (names.empty() ? "" : " & ") + feature_names[static_cast<std::size_t>(f)];
    derived.push_back({fmt::format("{}: {}", names, name_of_statistic(*this, table, statistic)), table.features()});
  }
}

void BoostedModel::State::drop_unused_statistics() {
  if (statistics.empty()) return;
  const int features = static_cast<int>(feature_names.size());
  std::vector<bool> used(derived.size());
  const auto each_derived = [&](const auto& action) {
    for (Tree& tree : trees)
      for (TreeNode& node : tree.nodes)
        if (node.feature >= features) action(node);
  };
  each_derived([&](const TreeNode& node) { used[static_cast<std::size_t>(node.feature - features)] = true; });
  TargetStatistics kept = statistics;
  const std::vector<int> numbers = kept.keep(used);
  each_derived(
      [&](TreeNode& node) { node.feature = features + numbers[static_cast<std::size_t>(node.feature - features)]; });
  set_statistics(std::move(kept));
}

const std::vector<DerivedFeature>& BoostedModel::derived_features() const& { return known("derived_features").derived; }

const std::string& BoostedModel::name_of(int feature) const& {
  const State& s = known("name_of");
  if (feature < 0 || feature >= s.columns())
    fail<ArgumentError>("BoostedModel::name_of: feature {} of {}.", feature, s.columns());
  return s.column_name(feature);
}

}  // namespace linden
