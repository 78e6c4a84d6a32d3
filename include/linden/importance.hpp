// How much a model of either family needs each of its features: by what its predictions lose when a feature is
// shuffled.
//
//     const PermutationImportances found = permutation_importances(model, test, {.repeats = 10});
//     for (const PermutationImportance& one : found.features)
//       std::cout << one.name << " costs " << one.mean << " +- " << one.deviation << " of " << found.metric << "\n";
//
// What splits gained in training (BoostedModel::importances) says what trees were made of; this says what rows need
// that the model has not seen.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/metric.hpp>
#include <linden/model.hpp>
#include <linden/values.hpp>
#include <optional>
#include <string>
#include <vector>

namespace linden {

struct PermutationOptions {
  std::optional<Metric> metric = {};  ///< empty: the first of metric::defaults(loss)
  int repeats = 5;                    ///< shuffles of each feature, 1 .. 10,000
  std::uint64_t seed = 0;             ///< of the shuffles
  NameList features = {};             ///< those that are shuffled; empty: all
  int threads = 0;                    ///< 0: all cores. Results are the same for any number
  Device device = Device::cpu();
};

/// What the metric loses when a feature is shuffled: of a metric whose higher values are better what it falls by, of
/// another what it rises by. About 0, or below it by chance, where the model does without the feature.
struct PermutationImportance {
  int feature = 0;  ///< index into feature_names() of the model
  std::string name = {};
  double mean = 0;                 ///< over the shuffles
  double deviation = 0;            ///< of the shuffles around it, with one degree of freedom less; 0 of a single one
  std::vector<double> drops = {};  ///< one a shuffle
};

struct PermutationImportances {
  std::string metric = {};
  double value = 0;  ///< of the rows as they are
  bool higher_is_better = false;
  std::vector<PermutationImportance> features = {};  ///< the largest mean first
};

/// Shuffles the values of one feature at a time among the rows, which keep their labels, weights, offsets and groups,
/// and evaluates the metric. A feature that no split reads, or whose weights are 0, costs exactly 0 and no time.
/// Shuffle i of a feature depends on the seed, i and the feature alone. Throws ArgumentError for options out of range
/// and for names that the model does not have, DataError for rows that do not fit the model, and what the metric
/// throws.
LINDEN_API PermutationImportances permutation_importances(const AnyModel& model, const Dataset& data,
                                                          const PermutationOptions& options = {});

struct ShapOptions {
  /// Rows that stand for what is not known, as in ExplainOptions; without them trees need none, and linear models take
  /// the rows that are explained.
  std::optional<Dataset> background = {};
  std::int64_t max_rows = 0;  ///< rows to explain, drawn by the seed; 0: all
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all cores. Results are the same for any number
  Device device = Device::cpu();
};

struct ShapImportance {
  int feature = 0;  ///< index into feature_names() of the model
  std::string name = {};
  double mean = 0;  ///< of the sizes of its SHAP values, over the rows by their weights, all outputs added up
};

/// How far each feature moves the scores of rows on average, the largest first. Throws as explain does (explain.hpp),
/// ArgumentError for data without rows and .max_rows below 0, and DataError where all weights are zero.
LINDEN_API std::vector<ShapImportance> shap_importances(const AnyModel& model, const Dataset& data,
                                                        const ShapOptions& options = {});

}  // namespace linden
