#include "model/match_features.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace linden {
namespace {

bool all_missing(const Column& column) {
  if (column.values.dtype() == DType::i32) return false;
  const auto missing = [&](const auto* v) {
    for (std::int64_t i = 0; i < column.values.elements(); ++i)
      if (!std::isnan(v[i * column.values.strides()[0]])) return false;
    return true;
  };
  return column.values.dtype() == DType::f32 ? missing(column.values.data<float>())
                                             : missing(column.values.data<double>());
}

// Codes of the data's dictionary in the model's; both are sorted by bytes.
std::vector<std::int32_t> translate(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  if (from == to) return {};
  std::vector<std::int32_t> codes;
  for (const std::string& name : from) {
    const auto at = std::lower_bound(to.begin(), to.end(), name);
    codes.push_back(at != to.end() && *at == name ? static_cast<std::int32_t>(at - to.begin()) : -1);
  }
  return codes;
}

}  // namespace

std::vector<FeatureSource> match_features(std::string_view where, const Dataset& data, const FeatureNames& model,
                                          const std::vector<int>& used) {
  const std::vector<std::string> names = data.feature_names();
  std::vector<int> order(names.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return names[a] < names[b]; });
  const auto find = [&](const std::string& name) {
    const auto at =
        std::lower_bound(order.begin(), order.end(), name, [&](int i, const std::string& n) { return names[i] < n; });
    return at != order.end() && names[*at] == name ? *at : -1;
  };
  std::vector<FeatureSource> sources;
  auto next_used = used.begin();
  for (std::size_t f = 0; f < model.names.size(); ++f) {
    const int column = find(model.names[f]);
    if (column < 0)
      fail<DataError>("{}: no column \"{}\", which the model was trained on. {}Columns: {}.", where, model.names[f],
                      did_you_mean(model.names[f], names), listing(names));
    const bool categorical = !data.is_sparse() && data.columns()[column].categorical;
    if (categorical && !model.categorical[f])
      fail<DataError>("{}: column \"{}\" is text, but the model was trained on numbers there.", where, model.names[f]);
    if (!categorical && model.categorical[f] && (data.is_sparse() || !all_missing(data.columns()[column])))
      fail<DataError>(
          "{}: column \"{}\" is numeric, but the model was trained on categories there. Hint: name it in "
          "CsvOptions::categorical.",
          where, model.names[f]);
    if (next_used == used.end() || *next_used != static_cast<int>(f)) continue;
    ++next_used;
    sources.push_back({column, categorical ? translate(data.columns()[column].categories, model.categories[f])
                                           : std::vector<std::int32_t>{}});
  }
  return sources;
}

}  // namespace linden
