#include "boosting/categories/encodings.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/fail.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

// Beyond so many a statistic for each would be columns without end. Of real labels that a category decides, sets of
// categories learn more than means of the few rows before each.
constexpr int most_classes = 16;

// How many categories rows have, missing values counted as one.
int seen_categories(const Column& column, const Ranks& ranks) {
  std::vector<std::int64_t> seen(column.categories.size() + 1);
  const ColumnView view = view_of(column);
  const auto* const codes = static_cast<const std::int32_t*>(view.values);
  for (std::int64_t row = 0; row < column.values.elements(); ++row)
    seen[static_cast<std::size_t>(codes[row * view.stride] + 1)] = 1;
  ranks.sum(std::span(seen));
  return static_cast<int>(std::ssize(seen) - std::ranges::count(seen, 0));
}

void add_features(const std::vector<ForcedSplit>& splits, std::set<std::string_view>& features) {
  for (const ForcedSplit& split : splits) {
    features.insert(split.feature);
    add_features(split.left, features);
    add_features(split.right, features);
  }
}

CategoryEncoding asked_for(const Categories& config, const std::string& feature) {
  const auto own = std::ranges::find(config.by_feature, feature, &FeatureEncoding::feature);
  return own == config.by_feature.end() ? config.encoding : own->encoding;
}

void check_by_feature(const Dataset& train, const Categories& config) {
  const auto is_categorical = [&](const Column& column) { return column.categorical; };
  if (config.encoding != CategoryEncoding::automatic && std::ranges::none_of(train.columns(), is_categorical))
    fail<ArgumentError>(
        "BoostingConfig.categories.encoding has no effect: the data has no feature of categories. Hint: leave it out, "
        "or "
        "name columns of numbers that stand for categories (.categorical) when the data is read.");
  for (const FeatureEncoding& one : config.by_feature) {
    const auto column = std::ranges::find(train.columns(), one.feature, &Column::name);
    if (column == train.columns().end() || !column->categorical)
      fail<ArgumentError>(
          "BoostingConfig.categories.by_feature: feature \"{}\" holds numbers, which have no encoding. Hint: leave it "
          "out, or name it among the categorical columns when the data is read.",
          one.feature);
  }
}

// All categories share a bin, so that no split tells them apart.
void put_in_one_bin(Cuts& cuts) {
  const auto first = std::ranges::find(cuts.seen, true) - cuts.seen.begin();
  std::ranges::fill(cuts.bin_of, std::uint8_t{0});
  cuts.first_code.assign(1, static_cast<int>(first));
  cuts.has_missing = false;
  cuts.bins = 1;
  cuts.usual_bin = 0;
  cuts.rows_elsewhere = 0;
}

}  // namespace

std::vector<CategoryEncoding> encodings_of(const Dataset& train, const BoostingConfig& config, const Labels& labels,
                                           const Ranks& ranks) {
  check_by_feature(train, config.categories);
  std::set<std::string_view> forced;
  add_features(config.constraints.forced_splits, forced);
  const LabelKind kind = labels.loss.label_kind();
  const bool has_statistics =
      !config.linear_leaves.enabled && kind == LabelKind::classes && labels.loss.classes() <= most_classes;
  // Where one feature has too many, statistics of the others go along with its own.
  const bool has_many =
      has_statistics && std::ranges::any_of(train.columns(), [&](const Column& column) {
        return column.categorical && asked_for(config.categories, column.name) == CategoryEncoding::automatic &&
               !forced.contains(column.name) && seen_categories(column, ranks) > config.categories.partition_most;
      });
  std::vector<CategoryEncoding> encodings(static_cast<std::size_t>(train.features()), CategoryEncoding::automatic);
  for (std::size_t f = 0; f < train.columns().size(); ++f) {
    const Column& column = train.columns()[f];
    if (!column.categorical) continue;
    encodings[f] = asked_for(config.categories, column.name);
    const bool is_forced = forced.contains(column.name);
    if (encodings[f] == CategoryEncoding::statistics && kind == LabelKind::times)
      fail<ArgumentError>(
          "BoostingConfig.categories: feature \"{}\" is to be read through target statistics, but labels are times, "
          "whose mean says little where some are only bounds. Hint: partition or one_hot.",
          column.name);
    if (encodings[f] == CategoryEncoding::statistics && is_forced)
      fail<ArgumentError>(
          "BoostingConfig.constraints.forced_splits: feature \"{}\" is read through its statistics, so that no split "
          "can "
          "be by its categories. Hint: another encoding, .categories.by_feature.",
          column.name);
    if (encodings[f] != CategoryEncoding::automatic) continue;
    const int categories = seen_categories(column, ranks);
    encodings[f] = categories <= config.categories.one_hot_most ? CategoryEncoding::one_hot
                   : has_many && !is_forced                     ? CategoryEncoding::statistics
                                                                : CategoryEncoding::partition;
  }
  const auto with_statistics = std::ranges::find(encodings, CategoryEncoding::statistics);
  if (!ranks.is_alone() && with_statistics != encodings.end())
    fail<ArgumentError>(
        "fit_boosted: feature \"{}\" is to be read through target statistics, which are not learnt from rows on "
        "several machines or GPUs. Hint: .categories.encoding = partition.",
        train.columns()[static_cast<std::size_t>(with_statistics - encodings.begin())].name);
  return encodings;
}

bool has_class_statistics(const std::vector<CategoryEncoding>& encodings, const Labels& labels) {
  return labels.loss.label_kind() == LabelKind::classes &&
         std::ranges::find(encodings, CategoryEncoding::statistics) != encodings.end();
}

void encode(std::vector<Cuts>& cuts, const std::vector<CategoryEncoding>& encodings) {
  for (std::size_t f = 0; f < encodings.size(); ++f) {
    cuts[f].one_hot = encodings[f] == CategoryEncoding::one_hot;
    if (encodings[f] == CategoryEncoding::statistics) put_in_one_bin(cuts[f]);
  }
}

}  // namespace linden
