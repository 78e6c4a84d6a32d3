#include "boosting/train/growth/statistics.hpp"

#include <algorithm>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "model/training_data.hpp"

namespace linden {

LearnedColumns learn_statistics(const Dataset& train, const Labels& labels,
                                const std::vector<CategoryEncoding>& encodings, const BoostingConfig& config,
                                std::span<const RowSlopes> slopes, Workers& workers) {
  std::vector<int> encoded, combined;
  for (std::size_t f = 0; f < encodings.size(); ++f) {
    if (encodings[f] == CategoryEncoding::statistics) encoded.push_back(static_cast<int>(f));
    if (encodings[f] != CategoryEncoding::automatic) combined.push_back(static_cast<int>(f));
  }
  const FeatureGroups& interactions = config.constraints.interactions;
  const auto may_meet = [&](const std::vector<int>& features) {
    return interactions.empty() || std::ranges::any_of(interactions, [&](const auto& group) {
             return std::ranges::all_of(features, [&](int f) {
               const std::string& name = train.columns()[static_cast<std::size_t>(f)].name;
               return std::ranges::find(group, name) != group.end();
             });
           });
  };
  const auto judged = [&](const std::vector<int>& features) { return features.size() < 2 || may_meet(features); };
  return learned_columns(train, labels, weights_of(train), std::move(encoded), combined, slopes,
                         {.seed = config.seed,
                          .prior_weight = config.categories.prior_weight,
                          .most_combined = config.categories.combinations,
                          .may_meet = judged},
                         workers);
}

std::string statistics_remark(const Dataset& train, const std::vector<CategoryEncoding>& encodings,
                              const BoostingConfig& config, const TargetStatistics& statistics) {
  std::vector<std::string> names;
  for (std::size_t f = 0; f < encodings.size(); ++f) {
    const std::string& name = train.columns().empty() ? std::string() : train.columns()[f].name;
    const bool is_asked_for = config.categories.encoding != CategoryEncoding::automatic ||
                              std::ranges::find(config.categories.by_feature, name, &FeatureEncoding::feature) !=
                                  config.categories.by_feature.end();
    if (encodings[f] == CategoryEncoding::statistics && !is_asked_for) names.push_back(name);
  }
  if (names.empty()) return {};
  const auto combinations = std::ranges::count_if(
      statistics.tables(), [](const StatisticsTable& table) { return table.features().size() > 1; });
  return fmt::format(
      "a feature has more than .categories.partition_most = {} categories, so that trees read target statistics of {}, "
      "and "
      "of {}. Hint: .categories.encoding = partition keeps categories.",
      config.categories.partition_most, listing(names), counted(combinations, "combination"));
}

}  // namespace linden
