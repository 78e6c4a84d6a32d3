// Explanations of linear models: the weight of a feature times its difference from the mean of the background.
#include <linden/explain.hpp>

#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/parallel.hpp"
#include "explain/background.hpp"
#include "explain/result.hpp"
#include "explain/row_values.hpp"
#include "linear/design/design.hpp"
#include "linear/model.hpp"
#include "linear/plain_fit.hpp"
#include "model/features/match_features.hpp"
#include "model/offsets.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

// Where the features are found. Throws DataError for values that linear models do not take.
std::vector<FeatureSource> sources_of(std::string_view call, const Dataset& data, const LinearModel::State& model,
                                      const std::vector<int>& features, Workers& workers) {
  std::vector<FeatureSource> sources = match_features(call, data, model, features);
  std::vector<int> columns;
  for (const FeatureSource& source : sources) columns.push_back(source.column);
  const Design design(call, data, columns, workers);
  return sources;
}

std::vector<double> means_of(const RowsView& rows, std::span<const double> weights) {
  std::vector<double> means(static_cast<std::size_t>(rows.features));
  constexpr std::int64_t at_once = 1024;
  for (std::int64_t begin = 0; begin < rows.rows; begin += at_once) {
    const std::int64_t end = std::min(begin + at_once, rows.rows);
    const std::vector<double> values = row_values(rows, begin, end);
    for (std::int64_t row = begin; row < end; ++row)
      for (std::size_t f = 0; f < means.size(); ++f)
        means[f] +=
            weights[static_cast<std::size_t>(row)] * values[static_cast<std::size_t>(row - begin) * means.size() + f];
  }
  return means;
}

// What columns add goes to the features that they are made of, to several in equal parts.
Explanation of_features(const LinearModel& model, const Explanation& columns, bool interactions) {
  const std::vector<std::vector<int>> features = features_of_columns(model);
  const std::int64_t rows = columns.values.size(0);
  std::vector<double> constant(columns.constant.begin(), columns.constant.end());
  Explanation result = blank_explanation(model.feature_names(), rows, std::move(constant), interactions);
  const auto count = features.size(), own = model.feature_names().size();
  const auto* from = columns.values.data<const double>();
  auto* to = result.values.data<double>();
  auto* both = interactions ? result.interactions.data<double>() : nullptr;
  for (std::int64_t place = 0; place < rows * model.outputs(); ++place, from += count, to += own)
    for (std::size_t c = 0; c < count; ++c)
      for (const int f : features[c]) to[f] += from[c] / static_cast<double>(features[c].size());
  to = result.values.data<double>();
  for (std::int64_t place = 0; both != nullptr && place < rows * model.outputs(); ++place, both += own * own, to += own)
    for (std::size_t f = 0; f < own; ++f) both[f * own + f] = to[f];
  return result;
}

}  // namespace

Explanation explain(const LinearModel& model, const Dataset& data, const ExplainOptions& options) try {
  if (model.empty())
    fail<ArgumentError>("{}: the model is empty. Hint: fit_linear and LinearModel::load make one.", explain_call);
  if (options.rounds != 0)
    fail<ArgumentError>("{}: .rounds is {}, and a linear model has none. Hint: leave it out.", explain_call,
                        options.rounds);
  if (options.by_rows)
    fail<ArgumentError>("{}: .by_rows is of trees, and a linear model has none. Hint: leave it out.", explain_call);
  if (!options.background.has_value())
    fail<ArgumentError>(
        "{}: a linear model is explained against a background, for it keeps no means of its training rows. Hint: give "
        "rows, .background = train.",
        explain_call);
  if (options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>("{}: linear models are explained on the CPU, and not on {}. Hint: Device::cpu().", explain_call,
                      options.device.name());
  const LinearModel::State& s = model.state();
  if (s.recipe) {
    ExplainOptions of_columns = options;
    of_columns.background = plain_rows("explain: .background", model, *options.background, options.threads);
    return of_features(model,
                       explain(plain_model(model), plain_rows(explain_call, model, data, options.threads), of_columns),
                       options.interactions);
  }
  Workers workers(options.threads);
  known_offsets(explain_call, data, s);
  std::vector<int> features(s.feature_names.size());
  std::iota(features.begin(), features.end(), 0);
  const std::vector<double> weights = background_weights(explain_call, *options.background);
  const DatasetRows background(*options.background,
                               sources_of("explain: .background", *options.background, s, features, workers));
  const DatasetRows rows(data, sources_of(explain_call, data, s, features, workers));
  const std::vector<double> means = means_of(background.view(), weights);
  const std::size_t count = features.size();
  std::vector<double> constant = s.intercept;
  for (std::size_t k = 0; k < constant.size(); ++k)
    constant[k] = std::inner_product(means.begin(), means.end(), s.weights.begin() + k * count, constant[k]);

  Explanation result = blank_explanation(s.feature_names, data.rows(), std::move(constant), options.interactions);
  workers.chunks(data.rows(), 64, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    const std::vector<double> values = row_values(rows.view(), begin, end);
    for (std::int64_t row = begin; row < end; ++row)
      for (std::size_t k = 0; k < s.intercept.size(); ++k) {
        const std::size_t place = static_cast<std::size_t>(row) * s.intercept.size() + k;
        for (std::size_t f = 0; f < count; ++f) {
          const double value =
              s.weights[k * count + f] * (values[static_cast<std::size_t>(row - begin) * count + f] - means[f]);
          result.values.data<double>()[place * count + f] = value;
          if (options.interactions) result.interactions.data<double>()[(place * count + f) * count + f] = value;
        }
      }
  });
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory(explain_call);
}

}  // namespace linden
