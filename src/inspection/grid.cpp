#include "inspection/grid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.hpp"

namespace linden {
namespace {

std::vector<double> present(const std::vector<double>& values) {
  std::vector<double> known;
  std::ranges::copy_if(values, std::back_inserter(known), [](double value) { return !std::isnan(value); });
  std::ranges::sort(known);
  return known;
}

std::vector<double> quantiles_of(const std::vector<double>& sorted, int points) {
  std::vector<double> found;
  const double last = static_cast<double>(sorted.size() - 1);
  for (int i = 0; i < points; ++i)
    found.push_back(sorted[static_cast<std::size_t>(std::llround(last * i / (points - 1)))]);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<double> most_frequent(const std::vector<double>& sorted, std::size_t categories, int points) {
  std::vector<std::int64_t> rows(categories);
  for (const double code : sorted) ++rows[static_cast<std::size_t>(code)];
  std::vector<double> codes;
  for (std::size_t code = 0; code < categories; ++code)
    if (rows[code] > 0) codes.push_back(static_cast<double>(code));
  std::ranges::stable_sort(codes, std::greater<>(), [&](double code) { return rows[static_cast<std::size_t>(code)]; });
  if (std::ssize(codes) > points) codes.resize(static_cast<std::size_t>(points));
  return codes;
}

}  // namespace

void check_options(std::string_view where, const DependenceOptions& options) {
  if (options.points != 0 && (options.points < 2 || options.points > 1000))
    fail<ArgumentError>("{}: .points is {}; it must be from 2 to 1,000, or 0.", where, options.points);
  if (options.max_rows < 0) fail<ArgumentError>("{}: .max_rows is {}; it must be >= 0.", where, options.max_rows);
  if (options.output != Output::prediction && options.output != Output::score)
    fail<ArgumentError>("{}: .output is neither prediction nor score, and others have no mean.", where);
}

DependenceAxis axis_of(std::string_view where, const FeatureColumn& column, int feature, int points) {
  const std::vector<double> sorted = present(column.values());
  if (sorted.empty()) fail<ArgumentError>("{}: \"{}\" has no value in any of the rows.", where, column.name());
  DependenceAxis axis{.feature = feature, .name = column.name(), .categorical = column.is_categorical()};
  if (!axis.categorical) {
    axis.values = quantiles_of(sorted, points);
    return axis;
  }
  axis.values = most_frequent(sorted, column.categories().size(), points);
  for (const double code : axis.values) axis.categories.push_back(column.categories()[static_cast<std::size_t>(code)]);
  return axis;
}

std::size_t outputs_of(const AnyModel& model) {
  return std::visit([](const auto& one) { return static_cast<std::size_t>(one.outputs()); }, model);
}

Tensor outputs_of(const AnyModel& model, const Dataset& data, const DependenceOptions& options) {
  const Tensor outputs =
      predict(model, data, {.output = options.output, .threads = options.threads, .device = options.device});
  return outputs.reshape({data.rows(), static_cast<std::int64_t>(outputs_of(model))});
}

std::vector<double> weighted_means(const Tensor& outputs, const Tensor& weight) {
  const auto columns = static_cast<std::size_t>(outputs.size(1));
  const auto values = outputs.span<const double>();
  const auto weights = weight.span<const double>();
  std::vector<double> sums(columns);
  double total = 0;
  for (std::size_t row = 0; row * columns < values.size(); ++row) {
    const double w = weights.empty() ? 1 : weights[row];
    total += w;
    for (std::size_t k = 0; k < columns; ++k) sums[k] += w * values[row * columns + k];
  }
  for (double& sum : sums) sum /= total;
  return sums;
}

Tensor shaped(std::vector<double> values, std::vector<std::int64_t> outer, std::size_t outputs) {
  if (outputs > 1) outer.push_back(static_cast<std::int64_t>(outputs));
  return Tensor::copy_of(values, Shape(outer));
}

}  // namespace linden
