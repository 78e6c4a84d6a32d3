#include "inspection/sample.hpp"

#include <algorithm>
#include <linden/random.hpp>
#include <numeric>

#include "base/fail.hpp"
#include "base/parallel.hpp"
#include "inspection/feature_column.hpp"
#include "linear/design/design.hpp"
#include "model/features/match_features.hpp"

namespace linden {

void check_asked(std::string_view where, const AnyModel& model, const Dataset& data) {
  if (std::visit([](const auto& one) { return one.empty(); }, model)) {
    const bool is_linear = std::holds_alternative<LinearModel>(model);
    fail<ArgumentError>("{}: the model is empty. Hint: {} make one.", where,
                        is_linear ? "fit_linear and LinearModel::load" : "fit_boosted and BoostedModel::load");
  }
  if (data.rows() == 0) fail<ArgumentError>("{}: the data has no rows.", where);
  const auto weights = data.weight().span<const double>();
  if (!weights.empty() && std::ranges::none_of(weights, [](double weight) { return weight > 0; }))
    fail<DataError>("{}: all weights of the data are zero.", where);
}

void check_scored(std::string_view where, const AnyModel& model, const Dataset& data, int threads) {
  const ModelSchema& schema = schema_of(model);
  std::vector<int> columns(schema.feature_names.size());
  std::iota(columns.begin(), columns.end(), 0);
  const std::vector<FeatureSource> sources = match_features(where, data, schema, columns);
  if (std::holds_alternative<LinearModel>(model)) {
    std::ranges::transform(sources, columns.begin(), &FeatureSource::column);
    Workers workers(threads);
    const Design design(where, data, columns, workers);
  }
  const auto weights = data.weight().span<const double>();
  if (!weights.empty() && std::ranges::none_of(weights, [](double weight) { return weight > 0; }))
    fail<DataError>("{}: all weights are zero.", where);
}

std::vector<std::int64_t> sampled_rows(const Dataset& data, std::int64_t most, std::uint64_t seed) {
  std::vector<std::int64_t> rows;
  if (most <= 0 || data.rows() <= most) {
    rows.resize(static_cast<std::size_t>(data.rows()));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  Generator generator(seed);
  const auto weights = data.weight().span<const double>();
  const auto weighs = [&](std::int64_t row) { return weights.empty() || weights[static_cast<std::size_t>(row)] > 0; };
  if (!data.has_groups()) {
    const Tensor order = generator.permutation(data.rows());
    for (const std::int64_t row : order.span<const std::int64_t>()) {
      if (std::ssize(rows) >= most) break;
      if (weighs(row)) rows.push_back(row);
    }
  } else {
    const auto starts = data.groups().span<const std::int64_t>();
    const Tensor order = generator.permutation(static_cast<std::int64_t>(starts.size()) - 1);
    for (const std::int64_t group : order.span<const std::int64_t>()) {
      if (static_cast<std::int64_t>(rows.size()) >= most) break;
      const std::int64_t end = starts[static_cast<std::size_t>(group) + 1];
      std::int64_t first = starts[static_cast<std::size_t>(group)];
      while (first < end && !weighs(first)) ++first;
      if (first == end) continue;  // none of its rows weighs anything
      for (std::int64_t row = starts[static_cast<std::size_t>(group)]; row < end; ++row) rows.push_back(row);
    }
  }
  std::ranges::sort(rows);
  return rows;
}

Dataset taken(const Dataset& data, const std::vector<std::int64_t>& rows) {
  return static_cast<std::int64_t>(rows.size()) == data.rows() ? data : data.take(rows);
}

}  // namespace linden
